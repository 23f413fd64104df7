// SPDX-License-Identifier: Apache-2.0
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>

#include "libprofile/document/json.h"
#include "libprofile/text.h"

namespace scrim::document::json {

namespace {

// RapidJSON tells a handler where a token ended, never where it began. Between two tokens stand only
// spaces, comments and the separators , : so the beginning is found by passing over those.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text), line_end_(text.find('\n')) {}

  // The position of the token that ends at `end`; the next call starts from there.
  Position token_ending_at(std::size_t end) {
    skip_separators(end);
    const Position start = position_of(at_);
    at_ = end;
    return start;
  }

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
  void skip_separators(std::size_t end) {
    while (at_ < end) {
      const char c = text_[at_];
      if (c == '/' && at_ + 1 < end) {
        const bool block = text_[at_ + 1] == '*';
        const std::size_t closed = text_.find(block ? "*/" : "\n", at_ + 2);
        at_ = closed == std::string_view::npos ? end : std::min(end, closed + (block ? 2 : 1));
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':') {
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
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

// Builds the tree from RapidJSON's events (the SAX Handler concept).
class Builder {
 public:
  Builder(std::string_view text, const rapidjson::MemoryStream& stream) : cursor_(text), stream_(stream) {}

  bool Null() { return add(nullptr); }
  bool Bool(bool value) { return add(value); }
  // With kParseNumbersAsStringsFlag the reader checks a number's grammar and leaves its value to us.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    std::optional<Value::Data> number = number_of({text, length});
    bad_number = !number;
    return number && add(std::move(*number));
  }
  bool String(const char* text, rapidjson::SizeType length, bool) { return add(std::string(text, length)); }
  bool StartObject() { return open(Value::Object{}); }
  bool StartArray() { return open(Value::Array{}); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    const Position at = token();
    open_.back()->object()->push_back({std::string(text, length), at, Value()});
    return true;
  }

  Value root;
  bool too_deep = false;
  bool too_many = false;
  bool bad_number = false;
  Cursor& cursor() { return cursor_; }

 private:
  Position token() { return cursor_.token_ending_at(stream_.Tell()); }

  // Where the next value goes: the last member without one, the end of an array, or the root.
  Value& place(Value value) {
    if (open_.empty()) return root = std::move(value);
    if (Value::Array* array = open_.back()->array()) return array->emplace_back(std::move(value));
    return open_.back()->object()->back().value = std::move(value);
  }

  // False, which ends the parsing, if there is no room for one more value.
  bool count() {
    too_many = ++values_ > max_values;
    return !too_many;
  }

  bool add(Value::Data data) {
    if (!count()) return false;
    place(Value(std::move(data), token()));
    return true;
  }

  bool open(Value::Data data) {
    if (open_.size() == max_depth) {
      too_deep = true;
      return false;
    }
    if (!count()) return false;
    // Pointers into the tree stay valid: a container grows only while it is the innermost open one.
    open_.push_back(&place(Value(std::move(data), token())));
    return true;
  }

  bool close() {
    token();
    open_.pop_back();
    return true;
  }

  Cursor cursor_;
  const rapidjson::MemoryStream& stream_;
  std::vector<Value*> open_;
  std::size_t values_ = 0;
};

}  // namespace

Value parse(std::string_view text, std::string_view file) {
  constexpr unsigned flags = rapidjson::kParseCommentsFlag | rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  // RFC 8259, section 8.1; encoding/json refuses it as well. An editor hides it, so it is named.
  if (text.starts_with("\xef\xbb\xbf"))
    throw DocumentError(file, {1, 1},
                        "not JSON: it begins with a byte order mark; save it as UTF-8 without one");
  rapidjson::MemoryStream stream(text.data(), text.size());
  Builder builder(text, stream);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<flags>(stream, builder);
  if (builder.too_deep)
    throw DocumentError(file, builder.cursor().position_of(stream.Tell() - 1),
                        concat("nested deeper than the ", max_depth, " levels that are read"));
  if (builder.too_many)
    throw DocumentError(file, builder.cursor().position_of(stream.Tell() - 1),
                        concat("more than the ", max_values, " values that are read"));
  if (builder.bad_number)
    throw DocumentError(file, builder.cursor().position_of(result.Offset()),
                        "not JSON: a number out of range");
  if (result.IsError())
    throw DocumentError(file, builder.cursor().position_of(result.Offset()),
                        concat("not JSON: ", rapidjson::GetParseError_En(result.Code())));
  // RapidJSON takes a NUL byte for the end of the text.
  if (stream.Tell() < text.size())
    throw DocumentError(file, builder.cursor().position_of(stream.Tell()), "not JSON: a NUL byte");
  return std::move(builder.root);
}

}  // namespace scrim::document::json
