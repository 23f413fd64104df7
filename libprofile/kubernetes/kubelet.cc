// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/kubelet.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "libprofile/document/file.h"
#include "libprofile/document/yaml.h"
#include "libprofile/error.h"
#include "libprofile/kubernetes/fields.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

using document::json::Value;

namespace {

// A boolean that files set one after the other, and where.
struct Setting {
  bool value;
  std::string file;
  document::Position at;
};

void set(std::optional<Setting>& setting, const Fields& object, std::string_view name,
         const std::string& file) {
  const Value* const member = object.is_set() ? object.value()->find(name) : nullptr;
  if (member == nullptr) return;
  const std::optional<bool> value = object.boolean(name);
  setting = value ? std::optional(Setting{*value, file, member->position()}) : std::nullopt;
}

Fields configuration_in(const KubeletFile& file) {
  if (file.documents.size() != 1)
    throw document::DocumentError(
        file.name, {},
        concat("a kubelet's configuration is one document, and these are ", file.documents.size()));
  Fields root(&file.documents.front(), "", file.name);
  const std::string kind = root.text_or_empty("kind");
  if (kind != "KubeletConfiguration")
    throw document::DocumentError(
        file.name, root.position_of("kind"),
        concat("not a KubeletConfiguration: its kind is ", kind.empty() ? "not set" : scrim::quoted(kind)));
  return root;
}

// filepath.WalkDir: what is in a directory by name, a directory with all that is below it; links to
// directories are no directories.
void add_files(const std::filesystem::path& directory, std::vector<std::string>& files) {
  namespace fs = std::filesystem;
  constexpr std::size_t most = 1000;
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator each(directory, error), end; !error && each != end; each.increment(error))
    entries.push_back(each->path());
  if (error) throw SystemError(error.value(), concat("list ", directory.string()));
  std::ranges::sort(entries);
  for (const fs::path& entry : entries) {
    const bool is_directory = fs::symlink_status(entry, error).type() == fs::file_type::directory;
    if (is_directory)
      add_files(entry, files);
    else if (entry.filename().string().ends_with(".conf"))
      files.push_back(entry.string());
    if (files.size() > most)
      throw Error(concat(directory.string(), ": more than the ", most, " files that are read"));
  }
}

}  // namespace

std::vector<KubeletFile> drop_ins(const std::string& directory) {
  std::vector<std::string> names;
  add_files(directory, names);
  std::vector<KubeletFile> files;
  files.reserve(names.size());
  for (const std::string& name : names)
    files.push_back({name, document::yaml::parse(document::read_text(name), name)});
  return files;
}

Kubelet read_kubelet(const std::vector<KubeletFile>& files) {
  Kubelet kubelet;
  if (files.empty()) return kubelet;
  std::optional<Setting> on;
  std::optional<Setting> gate;
  for (const KubeletFile& file : files) {
    const Fields root = configuration_in(file);
    set(on, root, "seccompDefault", file.name);
    if (const Value* const gates = root.value()->find("featureGates"); gates != nullptr && gates->is_null())
      gate.reset();
    else
      set(gate, root.object("featureGates"), "SeccompDefault", file.name);
  }
  kubelet.seccomp_default = on && on->value;
  if (on)
    kubelet.because.push_back(
        document::located(on->file, on->at, concat("seccompDefault is ", on->value ? "true" : "false")));
  else
    kubelet.because.push_back(document::located(
        files.front().name, {},
        concat("seccompDefault is not set",
               files.size() == 1 ? std::string()
                                 : concat(", nor in ", files.size() - 1, " files merged into it"),
               ", which is false")));
  if (kubelet.seccomp_default && gate && !gate->value)
    kubelet.warnings.push_back({document::located(
        gate->file, gate->at,
        "seccompDefault is on and its feature gate is off, with which no kubelet starts")});
  return kubelet;
}

void fit_to_version(Kubelet& kubelet, Version version) {
  if (!kubelet.seccomp_default) return;
  constexpr Version has_setting{1, 22};
  constexpr Version gate_is_on{1, 25};
  if (version < has_setting) {
    kubelet.seccomp_default = false;
    kubelet.warnings.push_back({concat("the kubelet has seccompDefault since 1.22, so not in ",
                                       text_of(version), ": it is taken to be off")});
  } else if (version < gate_is_on) {
    kubelet.warnings.push_back(
        {concat("seccompDefault needs the feature gate SeccompDefault in ", text_of(version),
                ", which is off unless it is set: it is taken to be on")});
  }
}

}  // namespace scrim::kubernetes
