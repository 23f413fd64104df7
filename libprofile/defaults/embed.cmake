# SPDX-License-Identifier: Apache-2.0
# Writes OUTPUT, the C++ file that holds DATA/<engine>.json for each of ENGINES; embedded.h declares it.
set(text "// SPDX-License-Identifier: Apache-2.0\n// Made by embed.cmake.\n")
string(APPEND text "#include \"libprofile/defaults/embedded.h\"\n\nnamespace scrim::defaults {\n\n")
string(APPEND text "std::string_view embedded_data(Engine engine) {\n  switch (engine) {\n")
foreach(engine ${ENGINES})
  string(REPLACE "-" "_" enumerator ${engine})
  file(READ ${DATA}/${engine}.json data)
  string(APPEND text "    case Engine::${enumerator}:\n      return R\"scrim(${data})scrim\";\n")
endforeach()
string(APPEND text "  }\n  return {};\n}\n\n}  // namespace scrim::defaults\n")
file(WRITE ${OUTPUT} "${text}")
