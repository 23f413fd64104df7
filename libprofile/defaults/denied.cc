// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/denied.h"

#include "libprofile/defaults/tables.h"

namespace scrim::defaults {

std::vector<DeniedCalls> denied_calls(Engine engine) {
  const Tables tables = tables_of(engine);
  const std::size_t newest = tables.versions.size() - 1;
  std::vector<DeniedCalls> all;
  for (const DeniedRow& row : tables.denied) {
    if (!has(row.versions, newest)) continue;
    DeniedCalls denied{std::string(tables.text(row.reason)), {}};
    for (const NameRow& name : part(tables.names, row.names))
      if (has(name.versions, newest)) denied.names.emplace_back(tables.text(name.name));
    all.push_back(std::move(denied));
  }
  return all;
}

}  // namespace scrim::defaults
