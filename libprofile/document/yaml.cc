// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <unordered_map>
#include <unordered_set>

#include "libprofile/document/yaml_scalar.h"
#include "libprofile/text.h"

// Where the linker put yaml-cpp's initialisers (CMakeLists.txt); none where it is a shared library.
using Initialiser = void (*)();
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker's names
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const Initialiser __start_yaml_init_array[];
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const Initialiser __stop_yaml_init_array[];
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace scrim::document::yaml {

namespace {

void initialise_yaml_cpp() {
  static const bool done = [] {
    for (const Initialiser* each = __start_yaml_init_array; each != __stop_yaml_init_array; ++each) (*each)();
    return true;
  }();
  (void)done;
}

using json::Member;
using json::Value;

Position position_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::uint32_t>(mark.line) + 1, static_cast<std::uint32_t>(mark.column) + 1};
}

// What a value takes when it is copied.
struct Extent {
  std::size_t values = 1;
  std::size_t bytes = 0;
  std::size_t depth = 0;

  void contain(const Extent& inner) {
    values += inner.values;
    bytes += inner.bytes;
    depth = std::max(depth, inner.depth + 1);
  }
};

Extent extent_of(const Value& value) {
  Extent extent;
  if (const std::string* text = value.string()) extent.bytes = text->size();
  if (const Value::Array* array = value.array())
    for (const Value& element : *array) extent.contain(extent_of(element));
  if (const Value::Object* object = value.object())
    for (const Member& member : *object) {
      extent.contain(extent_of(member.value));
      extent.bytes += member.name.size();
    }
  return extent;
}

std::string duplicate(std::string_view name) {
  return concat("the key ", quoted(name), " is already set in this map");
}

// A sequence or a map whose end has not been seen.
struct Open {
  Value value;
  YAML::anchor_t anchor;
  // Of a map alone: the key that has no value yet, and which names it has.
  struct Key {
    std::string name;
    Position at;
    bool merges = false;
  };
  std::optional<Key> key;
  struct Named {
    std::size_t index;
    bool merged;
  };
  std::unordered_map<std::string, Named> names;
};

// The text on its way to yaml-cpp, which keeps the tokens of a flow collection, and of what may be a key,
// until it has seen their end. Those that may be tokens and came since the last event are counted; it does
// not matter that some of them are in texts and comments, as what is one is known to the parser alone.
class Text : public std::streambuf {
 public:
  Text(std::string_view text, std::string_view file) : left_(text), file_(file) {}
  // An event: what was kept has been handed on.
  void handed_on() { indicators_ = 0; }

 protected:
  // In pieces, so that what is counted is not far ahead of the parser. It only reads, and puts back what it
  // read.
  int_type underflow() override {
    constexpr std::size_t most = 2048;
    const std::string_view piece = left_.substr(0, most);
    if (piece.empty()) return traits_type::eof();
    for (const char c : piece) count(c);
    char* const begin = const_cast<char*>(piece.data());
    setg(begin, begin, begin + piece.size());
    left_.remove_prefix(piece.size());
    return traits_type::to_int_type(piece.front());
  }

 private:
  void count(char c) {
    constexpr std::string_view begins_token = "[{,?:!&*\"'";
    if (begins_token.find(c) != std::string_view::npos && ++indicators_ > max_indicators)
      throw DocumentError(file_, at_,
                          concat("more than ", max_indicators, " of ", begins_token,
                                 " in one value: that is as many as are read in YAML"));
    at_ = c == '\n' ? Position{at_.line + 1, 1} : Position{at_.line, at_.column + 1};
  }

  std::string_view left_;
  std::string_view file_;
  Position at_{1, 1};
  std::size_t indicators_ = 0;
};

// Builds a tree from the events of one document.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view file, std::size_t most_events, Text& text)
      : file_(file), events_left_(most_events), text_(text) {}

  std::vector<Value> documents;

  void OnDocumentStart(const YAML::Mark&) override {
    root_ = Value();
    anchored_.clear();
  }
  void OnDocumentEnd() override {
    if (!root_.is_null()) documents.push_back(std::move(root_));
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    scalar(position_of(mark), plain_tag, anchor, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Position at = position_of(mark);
    const auto found = anchored_.find(anchor);
    // yaml-cpp has refused names that no anchor has.
    if (found == anchored_.end()) fail(at, "an alias of the value that it is a part of");
    const Value& value = found->second;
    if (expects_key()) {
      const std::string* name = value.string();
      if (name == nullptr) fail(at, "a key that is no string");
      return key(at, *name, false);
    }
    charge(at, extent_of(value));
    add(at, value);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    scalar(position_of(mark), tag, anchor, text);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(position_of(mark), Value::Array{}, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(position_of(mark), Value::Object{}, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  [[noreturn]] void fail(Position at, std::string_view what) const { throw DocumentError(file_, at, what); }

  // Some broken texts lead yaml-cpp 0.7 in circles, with events from nowhere.
  void count_event(Position at) {
    text_.handed_on();
    if (events_left_-- == 0) fail(at, "not YAML: more values than the text has room for");
  }

  // Room for so much more.
  void charge(Position at, const Extent& extent) {
    if (open_.size() + extent.depth > json::max_depth)
      fail(at, concat("nested deeper than the ", json::max_depth, " levels that are read"));
    values_ += extent.values;
    bytes_ += extent.bytes;
    if (values_ > json::max_values)
      fail(at, concat("more than the ", json::max_values, " values that are read, aliases resolved"));
    if (bytes_ > max_size)
      fail(at, concat("more than the ", max_size, " bytes of text that are read, aliases resolved"));
  }

  [[nodiscard]] bool expects_key() const {
    return !open_.empty() && open_.back().value.object() != nullptr && !open_.back().key;
  }

  void key(Position at, std::string name, bool merges) {
    Open& map = open_.back();
    const auto named = map.names.find(name);
    if (named != map.names.end() && (merges || !named->second.merged)) fail(at, duplicate(name));
    map.key = {std::move(name), at, merges};
  }

  void scalar(Position at, std::string_view tag, YAML::anchor_t anchor, std::string_view text) {
    std::optional<Value::Data> data = scalar_value(tag, text);
    if (!data)
      fail(at, concat(quoted(text), " is ",
                      tag == plain_tag ? "a number that JSON does not have" : concat("no ", quoted(tag))));
    count_event(at);
    charge(at, {.values = 1, .bytes = text.size(), .depth = 0});
    Value value(std::move(*data), at);
    if (expects_key()) {
      if (value.is_null()) fail(at, "a key that is null");
      const bool is_text = value.string() != nullptr || std::holds_alternative<double>(value.data());
      // sigs.k8s.io/yaml: JSON's keys are strings, so a boolean and a number become what they print as.
      key(at, is_text ? std::string(text) : to_text(value), is_merge_key(tag, text));
      if (anchor != 0) remember(at, anchor, Value(std::string(text), at));
      return;
    }
    if (anchor != 0) remember(at, anchor, value);
    add(at, std::move(value));
  }

  void open(Position at, Value::Data data, YAML::anchor_t anchor) {
    if (expects_key()) fail(at, "a key that is no string");
    count_event(at);
    charge(at, {.values = 1, .bytes = 0, .depth = 1});
    open_.push_back({Value(std::move(data), at), anchor, {}, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    const Position at = done.value.position();
    if (done.anchor != 0) remember(at, done.anchor, done.value);
    add(at, std::move(done.value));
  }

  void remember(Position at, YAML::anchor_t anchor, Value value) {
    charge(at, extent_of(value));
    anchored_.insert_or_assign(anchor, std::move(value));
  }

  void add(Position at, Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Open& in = open_.back();
    if (Value::Array* array = in.value.array()) {
      array->push_back(std::move(value));
      return;
    }
    const Open::Key named = std::move(*in.key);
    in.key.reset();
    if (named.merges) {
      in.names.emplace(named.name, Open::Named{0, false});  // a second "<<" is a duplicate as well
      merge(at, std::move(value));
    } else {
      set(named.name, named.at, std::move(value), false);
    }
  }

  // The key is none that the map has, unless it was merged.
  void set(const std::string& name, Position at, Value value, bool merged) {
    Open& map = open_.back();
    Value::Object& members = *map.value.object();
    const auto [named, is_new] = map.names.try_emplace(name, Open::Named{members.size(), merged});
    if (is_new) {
      members.push_back({name, at, std::move(value)});
      return;
    }
    named->second.merged = merged;
    members[named->second.index] = {name, at, std::move(value)};
  }

  void merge(Position at, Value value) {
    std::vector<Value> maps;
    if (Value::Array* array = value.array())
      maps = std::move(*array);
    else
      maps.push_back(std::move(value));
    for (Value& map : maps) {
      Value::Object* members = map.object();
      if (members == nullptr) fail(at, "<< merges maps, and this is none");
      for (Member& member : *members) merge(at, std::move(member));
    }
  }

  void merge(Position at, Member member) {
    const Open& map = open_.back();
    const auto named = map.names.find(member.name);
    if (named == map.names.end()) return set(member.name, member.at, std::move(member.value), true);
    // YAML lets the map's own key stand; go-yaml v2, and so Kubernetes, replaces it if it came before.
    if (!named->second.merged)
      fail(at, concat("<< merges the key ", quoted(member.name),
                      ", which stands above it, and which of the two counts depends on the reader: write "
                      "<< first"));
  }

  std::string_view file_;
  std::size_t events_left_;
  Text& text_;
  Value root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Value> anchored_;
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
};

// How many bytes the character takes that the text begins with; 0: it is not UTF-8 (RFC 3629), or a control
// character that YAML does not allow ("c-printable" of YAML 1.2, 5.1).
std::size_t character_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const bool is_forbidden =
      (first < 0x20 && first != '\t' && first != '\n' && first != '\r') || first == 0x7f;
  return is_forbidden ? 0 : character_length(text);
}

void check_characters(std::string_view text, std::string_view file) {
  Position at{1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = character_size(text.substr(i, 4));
    if (size == 0)
      throw DocumentError(file, at,
                          concat("not YAML: the byte ", hexadecimal(static_cast<unsigned char>(text[i])),
                                 " is a control character, or not UTF-8"));
    if (text[i] == '\n') {
      ++at.line;
      at.column = 0;
    }
    at.column += static_cast<std::uint32_t>(size);
    i += size;
  }
}

void refuse_duplicates(const Value& value, std::string_view file) {
  if (const Value::Array* array = value.array())
    for (const Value& element : *array) refuse_duplicates(element, file);
  if (const Value::Object* object = value.object()) {
    std::unordered_set<std::string_view> names;
    for (const Member& member : *object) {
      if (!names.insert(member.name).second) throw DocumentError(file, member.at, duplicate(member.name));
      refuse_duplicates(member.value, file);
    }
  }
}

std::vector<Value> parse_yaml(std::string_view text, std::string_view file) {
  initialise_yaml_cpp();
  Text source(text, file);
  std::istream stream(&source);
  // A value begins with a byte of its own or with that of the map it is in; an empty document has one.
  Builder builder(file, 2 * text.size() + 2, source);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    throw DocumentError(file, position_of(error.mark), concat("not YAML: ", printable(error.msg)));
  }
  return std::move(builder.documents);
}

}  // namespace

std::vector<Value> parse(std::string_view text, std::string_view file) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool may_be_json = first != std::string_view::npos && text[first] == '{';
  std::optional<DocumentError> not_json;
  if (may_be_json) {
    // JSON has escapes that yaml-cpp does not know (surrogate pairs), and gets better messages this way.
    try {
      std::vector<Value> documents;
      documents.push_back(json::parse(text, file));
      refuse_duplicates(documents.front(), file);
      return documents;
    } catch (const DocumentError& error) {
      not_json = error;
    }
  }
  if (text.size() > max_size)
    throw DocumentError(file, {}, concat("more than the ", max_size, " bytes of YAML that are read"));
  check_characters(text, file);
  try {
    return parse_yaml(text, file);
  } catch (const DocumentError&) {
    if (not_json) throw *not_json;
    throw;
  }
}

}  // namespace scrim::document::yaml
