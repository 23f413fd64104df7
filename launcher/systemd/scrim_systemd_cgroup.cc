// SPDX-License-Identifier: Apache-2.0
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim {

namespace {

using document::json::Value;

constexpr const char* service = "org.freedesktop.systemd1";
constexpr const char* manager_path = "/org/freedesktop/systemd1";
constexpr const char* manager = "org.freedesktop.systemd1.Manager";
constexpr const char* no_such_unit = "org.freedesktop.systemd1.NoSuchUnit";

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
  void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

// What sd-bus returns: a negative errno, or success.
void check(int got, const std::string& doing) {
  if (got < 0) throw SystemError(-got, doing);
}

struct Request {
  std::string unit;
  bool user = false;
  const Value::Array* properties = nullptr;
};

Request read_request(const Value& value) {
  Request request;
  if (const Value* unit = value.find("unit"); unit != nullptr && unit->string() != nullptr)
    request.unit = *unit->string();
  if (request.unit.empty()) throw Error("the request has no unit");
  if (const Value* user = value.find("user"); user != nullptr && user->boolean() != nullptr)
    request.user = *user->boolean();
  if (const Value* properties = value.find("properties")) request.properties = properties->array();
  return request;
}

class Systemd {
 public:
  explicit Systemd(bool user) {
    sd_bus* bus = nullptr;
    check(user ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus),
          user ? "connect to the user's D-Bus" : "connect to the system's D-Bus");
    bus_.reset(bus);
    sd_bus_slot* slot = nullptr;
    // Before any job is asked for: its end must not be missed.
    check(sd_bus_match_signal(bus, &slot, service, manager_path, manager, "JobRemoved", job_removed, this),
          "listen for the ends of systemd's jobs");
    slot_.reset(slot);
    call(prepare("Subscribe"), "subscribe to systemd's signals");
  }

  void start(const Request& request) {
    Owned<sd_bus_message> message = prepare("StartTransientUnit");
    sd_bus_message* m = message.get();
    check(sd_bus_message_append(m, "ss", request.unit.c_str(), "fail"), "ask for the unit");
    check(sd_bus_message_open_container(m, 'a', "(sv)"), "ask for the unit");
    check(sd_bus_message_append(m, "(sv)", "PIDs", "au", 1, static_cast<std::uint32_t>(getpid())),
          "name the process");
    append(m, request);
    check(sd_bus_message_close_container(m), "ask for the unit");
    check(sd_bus_message_append(m, "a(sa(sv))", 0), "ask for the unit");
    wait_for_job(std::move(message), concat("start systemd unit ", request.unit));
  }

  void set(const Request& request) {
    Owned<sd_bus_message> message = prepare("SetUnitProperties");
    sd_bus_message* m = message.get();
    check(sd_bus_message_append(m, "sb", request.unit.c_str(), 1), "change the unit");
    check(sd_bus_message_open_container(m, 'a', "(sv)"), "change the unit");
    append(m, request);
    check(sd_bus_message_close_container(m), "change the unit");
    call(std::move(message), concat("change systemd unit ", request.unit));
  }

  void stop(const Request& request) {
    Owned<sd_bus_message> message = prepare("StopUnit");
    check(sd_bus_message_append(message.get(), "ss", request.unit.c_str(), "replace"), "stop the unit");
    if (wait_for_job(std::move(message), concat("stop systemd unit ", request.unit), no_such_unit)) {
      message = prepare("ResetFailedUnit");
      check(sd_bus_message_append(message.get(), "s", request.unit.c_str()), "forget the unit");
      // Of one that did not fail there is nothing to reset.
      (void)call(std::move(message), concat("forget systemd unit ", request.unit), no_such_unit);
    }
  }

  // Its cgroup, from the hierarchy's root.
  std::string control_group(const std::string& unit) {
    char* path = nullptr;
    check(sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path), "name the unit");
    const std::unique_ptr<char, decltype(&free)> owned_path(path, free);
    const std::string interface =
        concat("org.freedesktop.systemd1.", unit.ends_with(".slice") ? "Slice" : "Scope");
    sd_bus_error error = SD_BUS_ERROR_NULL;
    char* value = nullptr;
    const int got = sd_bus_get_property_string(bus_.get(), service, path, interface.c_str(), "ControlGroup",
                                               &error, &value);
    sd_bus_error_free(&error);
    check(got, concat("ask for the control group of systemd unit ", unit));
    const std::unique_ptr<char, decltype(&free)> owned_value(value, free);
    return value;
  }

 private:
  Owned<sd_bus_message> prepare(const char* method) {
    sd_bus_message* message = nullptr;
    check(sd_bus_message_new_method_call(bus_.get(), &message, service, manager_path, manager, method),
          concat("call ", method));
    return Owned<sd_bus_message>(message);
  }

  static void append(sd_bus_message* message, const Request& request) {
    if (request.properties == nullptr) return;
    for (const Value& property : *request.properties) append(message, property);
  }

  static void append(sd_bus_message* message, const Value& property) {
    const Value* name = property.find("name");
    const Value* type = property.find("type");
    const Value* value = property.find("value");
    if (name == nullptr || name->string() == nullptr || type == nullptr || type->string() == nullptr ||
        value == nullptr)
      throw Error("the request has a property without name, type or value");
    const char* key = name->string()->c_str();
    const std::string& kind = *type->string();
    int got = -EINVAL;
    if (kind == "t" && value->unsigned_integer())
      got = sd_bus_message_append(message, "(sv)", key, "t", *value->unsigned_integer());
    else if (kind == "b" && value->boolean() != nullptr)
      got = sd_bus_message_append(message, "(sv)", key, "b", *value->boolean() ? 1 : 0);
    else if (kind == "s" && value->string() != nullptr)
      got = sd_bus_message_append(message, "(sv)", key, "s", value->string()->c_str());
    else if (kind == "u" && value->unsigned_integer())
      got = sd_bus_message_append(message, "(sv)", key, "u",
                                  static_cast<std::uint32_t>(*value->unsigned_integer()));
    else if (kind == "i" && value->signed_integer())
      got = sd_bus_message_append(message, "(sv)", key, "i",
                                  static_cast<std::int32_t>(*value->signed_integer()));
    else if (kind == "x" && value->signed_integer())
      got = sd_bus_message_append(message, "(sv)", key, "x", *value->signed_integer());
    else if (const double* real = std::get_if<double>(&value->data()); kind == "d" && real != nullptr)
      got = sd_bus_message_append(message, "(sv)", key, "d", *real);
    else if (kind == "as" && value->array() != nullptr)
      got = append_strings(message, key, *value->array());
    else if (kind == "ay" && value->array() != nullptr)
      got = append_bytes(message, key, *value->array());
    check(got, concat("set property ", *name->string()));
  }

  static int append_bytes(sd_bus_message* message, const char* key, const Value::Array& numbers) {
    std::vector<std::uint8_t> bytes;
    for (const Value& number : numbers)
      bytes.push_back(static_cast<std::uint8_t>(number.unsigned_integer().value_or(0)));
    int got = sd_bus_message_open_container(message, 'r', "sv");
    if (got >= 0) got = sd_bus_message_append(message, "s", key);
    if (got >= 0) got = sd_bus_message_open_container(message, 'v', "ay");
    if (got >= 0) got = sd_bus_message_append_array(message, 'y', bytes.data(), bytes.size());
    if (got >= 0) got = sd_bus_message_close_container(message);
    if (got >= 0) got = sd_bus_message_close_container(message);
    return got;
  }

  static int append_strings(sd_bus_message* message, const char* key, const Value::Array& texts) {
    int got = sd_bus_message_open_container(message, 'r', "sv");
    if (got >= 0) got = sd_bus_message_append(message, "s", key);
    if (got >= 0) got = sd_bus_message_open_container(message, 'v', "as");
    if (got >= 0) got = sd_bus_message_open_container(message, 'a', "s");
    for (const Value& text : texts)
      if (got >= 0)
        got =
            text.string() == nullptr ? -EINVAL : sd_bus_message_append(message, "s", text.string()->c_str());
    for (int opened = 0; opened < 3; ++opened)
      if (got >= 0) got = sd_bus_message_close_container(message);
    return got;
  }

  // The answer; nothing if it is the error that is none here.
  Owned<sd_bus_message> call(Owned<sd_bus_message> message, const std::string& doing,
                             const char* tolerated = nullptr) {
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message* reply = nullptr;
    const int got = sd_bus_call(bus_.get(), message.get(), 0, &error, &reply);
    if (got >= 0) return Owned<sd_bus_message>(reply);
    const std::string name = error.name == nullptr ? "" : error.name;
    const std::string text = error.message == nullptr ? "" : error.message;
    sd_bus_error_free(&error);
    if (tolerated != nullptr && name == tolerated) return nullptr;
    if (text.empty()) throw SystemError(-got, doing);
    throw Error(concat(doing, ": ", text));
  }

  // False if there was no such unit.
  bool wait_for_job(Owned<sd_bus_message> message, const std::string& doing,
                    const char* tolerated = nullptr) {
    const Owned<sd_bus_message> reply = call(std::move(message), doing, tolerated);
    if (!reply) return false;
    const char* job = nullptr;
    check(sd_bus_message_read(reply.get(), "o", &job), doing);
    for (std::optional<std::string> result; !result;) {
      for (const Job& ended : ended_)
        if (ended.path == job) result = ended.result;
      if (result && *result != "done")
        throw Error(concat(doing, ": systemd's job ended as \"", *result, "\""));
      if (result) return true;
      const int got = sd_bus_process(bus_.get(), nullptr);
      check(got, doing);
      if (got == 0) check(sd_bus_wait(bus_.get(), UINT64_MAX), doing);
    }
    return true;
  }

  static int job_removed(sd_bus_message* message, void* self, sd_bus_error*) {
    std::uint32_t id = 0;
    const char* path = nullptr;
    const char* unit = nullptr;
    const char* result = nullptr;
    if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) >= 0)
      static_cast<Systemd*>(self)->ended_.push_back({path, result});
    return 0;
  }

  struct Job {
    std::string path, result;
  };
  Owned<sd_bus> bus_;
  Owned<sd_bus_slot> slot_;
  std::vector<Job> ended_;
};

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() != 3) throw Error("usage: scrim-systemd-cgroup start|set|stop REQUEST");
  const Value value = document::json::parse(arguments[2], "request");
  const Request request = read_request(value);
  Systemd systemd(request.user);
  if (arguments[1] == "set") {
    systemd.set(request);
  } else if (arguments[1] == "stop") {
    systemd.stop(request);
  } else if (arguments[1] == "start") {
    systemd.start(request);
    std::cout << systemd.control_group(request.unit) << std::endl;
    std::array<char, 64> nothing{};
    while (read(STDIN_FILENO, nothing.data(), nothing.size()) > 0) continue;
  } else {
    throw Error(concat("no word \"", arguments[1], "\""));
  }
  return 0;
}

}  // namespace

}  // namespace scrim

int main(int argc, char** argv) {
  try {
    return scrim::run({argv, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
