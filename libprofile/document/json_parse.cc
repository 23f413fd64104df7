// SPDX-License-Identifier: Apache-2.0
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>

#include "libprofile/document/json.h"
#include "libprofile/text.h"

namespace scrim::document::json {

namespace {

// Tells lines and columns of a text, from its beginning on.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text), line_end_(text.find('\n')) {}

  // The position of an offset at or after the last one that was asked for.
  Position position_of(std::size_t offset) {
    while (line_end_ < offset) {
      ++line_;
      line_start_ = line_end_ + 1;
      line_end_ = text_.find('\n', line_start_);
    }
    return {line_, static_cast<std::uint32_t>(offset - line_start_ + 1)};
  }

 private:
  std::string_view text_;
  std::size_t line_start_ = 0;
  std::size_t line_end_;  // offset of its newline; npos in the last line
  std::uint32_t line_ = 1;
};

// The value of a number that follows JSON's grammar, an integer wherever 64 bits hold it. (RapidJSON's own
// conversion counts the leading zero bits of 0 for 184467440737095516155 and its like, which is undefined.)
std::optional<Value::Data> number_of(std::string_view text) {
  const char* const end = text.data() + text.size();
  const auto convert = [&](auto number) -> std::optional<Value::Data> {
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
  };
  std::optional<Value::Data> number;
  if (text.find_first_of(".eE") == std::string_view::npos)
    number = text.starts_with('-') ? convert(std::int64_t{}) : convert(std::uint64_t{});
  return number ? number : convert(double{});
}

// Builds the tree from RapidJSON's events (the SAX Handler concept), which come while it reads the stream. It
// tells where strings and numbers are in the stream's memory; at all others the stream has just passed them.
class Builder {
 public:
  Builder(std::string_view text, const char* memory, rapidjson::InsituStringStream& stream)
      : cursor_(text), memory_(memory), stream_(stream) {}

  bool Null() { return add<std::nullptr_t>(passed("null")); }
  bool Bool(bool value) { return add<bool>(passed(value ? "true" : "false"), value); }
  // With kParseNumbersAsStringsFlag the reader checks a number's grammar and leaves its value to us.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    std::optional<Value::Data> number = number_of({text, length});
    bad_number = !number;
    return number && add<Value::Data>(offset_of(text), std::move(*number));
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return add<std::string>(offset_of(text) - 1, text, length);
  }
  bool StartObject() { return open<Value::Object>(passed("{")); }
  bool StartArray() { return open<Value::Array>(passed("[")); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    const Position at = cursor_.position_of(offset_of(text) - 1);
    Member& member = open_.back()->object()->emplace_back();
    member.name.assign(text, length);
    member.at = at;
    return true;
  }

  Value root;
  std::optional<Position> too_deep;
  std::optional<Position> too_many;
  bool bad_number = false;
  Cursor& cursor() { return cursor_; }

 private:
  [[nodiscard]] std::size_t offset_of(const char* token) const {
    return static_cast<std::size_t>(token - memory_);
  }
  [[nodiscard]] std::size_t passed(std::string_view token) const { return stream_.Tell() - token.size(); }

  // The next value: the last member's, which has none yet, one more of an array, or the root. nullptr, which
  // ends the parsing, if there is no room for one more.
  Value* place(std::size_t offset) {
    const Position at = cursor_.position_of(offset);
    if (++values_ > max_values) {
      too_many = at;
      return nullptr;
    }
    if (open_.empty()) return &(root = Value(at));
    if (Value::Array* array = open_.back()->array()) return &array->emplace_back(at);
    return &(open_.back()->object()->back().value = Value(at));
  }

  // Made where it stays: a profile is hundreds of names.
  template <class Type, class... Content>
  bool add(std::size_t offset, Content&&... content) {
    Value* const value = place(offset);
    if (value == nullptr) return false;
    if constexpr (std::is_same_v<Type, Value::Data>)
      value->data() = Value::Data(std::forward<Content>(content)...);
    else
      value->data().emplace<Type>(std::forward<Content>(content)...);
    return true;
  }

  template <class Container>
  bool open(std::size_t offset) {
    if (open_.size() == max_depth) {
      too_deep = cursor_.position_of(offset);
      return false;
    }
    // Pointers into the tree stay valid: a container grows only while it is the innermost open one.
    Value* const value = place(offset);
    if (value == nullptr) return false;
    value->data().emplace<Container>();
    open_.push_back(value);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Cursor cursor_;
  const char* memory_;
  rapidjson::InsituStringStream& stream_;
  std::vector<Value*> open_;
  std::size_t values_ = 0;
};

bool is_ascii(std::string_view text) {
  std::uint64_t seen = 0;
  while (text.size() >= sizeof seen) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data(), sizeof eight);
    seen |= eight;
    text.remove_prefix(sizeof eight);
  }
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return (seen & 0x8080808080808080U) == 0;
}

}  // namespace

Value parse(std::string_view text, std::string_view file) {
  // RFC 8259, section 8.1; encoding/json refuses it as well. An editor hides it, so it is named.
  if (text.starts_with("\xef\xbb\xbf"))
    throw DocumentError(file, {1, 1},
                        "not JSON: it begins with a byte order mark; save it as UTF-8 without one");
  // RapidJSON writes strings over what it read, and passes over sixteen bytes of them at a time, beyond the
  // last one, where the encoding needs no look: in ASCII.
  constexpr std::size_t read_beyond = 16;
  std::string memory;
  memory.reserve(text.size() + read_beyond);
  memory.append(text).append(read_beyond, '\0');
  rapidjson::InsituStringStream stream(memory.data());
  Builder builder(text, memory.data(), stream);
  constexpr unsigned flags =
      rapidjson::kParseInsituFlag | rapidjson::kParseCommentsFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::Reader reader;
  const rapidjson::ParseResult result =
      is_ascii(text) ? reader.Parse<flags>(stream, builder)
                     : reader.Parse<flags | rapidjson::kParseValidateEncodingFlag>(stream, builder);
  if (builder.too_deep)
    throw DocumentError(file, *builder.too_deep,
                        concat("nested deeper than the ", max_depth, " levels that are read"));
  if (builder.too_many)
    throw DocumentError(file, *builder.too_many,
                        concat("more than the ", max_values, " values that are read"));
  const auto refuse = [&](std::size_t offset, std::string_view why) {
    throw DocumentError(file, builder.cursor().position_of(offset), concat("not JSON: ", why));
  };
  if (builder.bad_number) refuse(result.Offset(), "a number out of range");
  if (result.IsError()) refuse(result.Offset(), rapidjson::GetParseError_En(result.Code()));
  // RapidJSON takes a NUL byte for the end of the text.
  if (stream.Tell() < text.size()) refuse(stream.Tell(), "a NUL byte");
  return std::move(builder.root);
}

}  // namespace scrim::document::json
