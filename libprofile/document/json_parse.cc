// SPDX-License-Identifier: Apache-2.0
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cstring>

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

// Builds the tree from RapidJSON's events (the SAX Handler concept), which come while it reads the stream.
template <class Stream>
class Builder {
 public:
  Builder(std::string_view text, Stream& stream) : cursor_(text), stream_(stream) {}

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

  // The next value: the last member's, which has none yet, one more of an array, or the root.
  Value& place(Value::Data data) {
    const Position at = token();
    if (open_.empty()) return root = Value(std::move(data), at);
    if (Value::Array* array = open_.back()->array()) return array->emplace_back(std::move(data), at);
    return open_.back()->object()->back().value = Value(std::move(data), at);
  }

  // False, which ends the parsing, if there is no room for one more value.
  bool count() {
    too_many = ++values_ > max_values;
    return !too_many;
  }

  bool add(Value::Data data) {
    if (!count()) return false;
    place(std::move(data));
    return true;
  }

  bool open(Value::Data data) {
    if (open_.size() == max_depth) {
      too_deep = true;
      return false;
    }
    if (!count()) return false;
    // Pointers into the tree stay valid: a container grows only while it is the innermost open one.
    open_.push_back(&place(std::move(data)));
    return true;
  }

  bool close() {
    token();
    open_.pop_back();
    return true;
  }

  Cursor cursor_;
  Stream& stream_;
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

template <unsigned flags, class Stream>
Value read(std::string_view text, std::string_view file, Stream& stream) {
  Builder builder(text, stream);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<flags>(stream, builder);
  const auto refuse = [&](std::size_t offset, std::string_view why) {
    throw DocumentError(file, builder.cursor().position_of(offset), std::string(why));
  };
  if (builder.too_deep)
    refuse(stream.Tell() - 1, concat("nested deeper than the ", max_depth, " levels that are read"));
  if (builder.too_many)
    refuse(stream.Tell() - 1, concat("more than the ", max_values, " values that are read"));
  if (builder.bad_number) refuse(result.Offset(), "not JSON: a number out of range");
  if (result.IsError())
    refuse(result.Offset(), concat("not JSON: ", rapidjson::GetParseError_En(result.Code())));
  // RapidJSON takes a NUL byte for the end of the text.
  if (stream.Tell() < text.size()) refuse(stream.Tell(), "not JSON: a NUL byte");
  return std::move(builder.root);
}

}  // namespace

Value parse(std::string_view text, std::string_view file) {
  // RFC 8259, section 8.1; encoding/json refuses it as well. An editor hides it, so it is named.
  if (text.starts_with("\xef\xbb\xbf"))
    throw DocumentError(file, {1, 1},
                        "not JSON: it begins with a byte order mark; save it as UTF-8 without one");
  constexpr unsigned flags = rapidjson::kParseCommentsFlag | rapidjson::kParseNumbersAsStringsFlag;
  if (!is_ascii(text)) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    return read<flags | rapidjson::kParseValidateEncodingFlag>(text, file, stream);
  }
  // There is no encoding to be wrong, so that strings are passed over sixteen bytes at a time, in a copy that
  // RapidJSON may write to and, of its last bytes, read beyond.
  constexpr std::size_t read_beyond = 16;
  std::string copy;
  copy.reserve(text.size() + read_beyond);
  copy.append(text).append(read_beyond, '\0');
  rapidjson::InsituStringStream stream(copy.data());
  return read<flags | rapidjson::kParseInsituFlag>(text, file, stream);
}

}  // namespace scrim::document::json
