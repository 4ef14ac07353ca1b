# prep_embed_profiles(<folder> <out.c>): every <folder>/*.yaml as bytes in a table that
# common/prep/perfil_incluye.h declares. Made when CMake runs, and again when one changes.
function(prep_embed_profiles folder out)
  file(GLOB profiles CONFIGURE_DEPENDS ${folder}/*.yaml)
  list(SORT profiles)
  set(texts "")
  set(rows "")
  set(index 0)
  foreach(path ${profiles})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(APPEND texts "static const unsigned char texto_${index}[] = { ${bytes} };\n")
    string(APPEND rows "    { \"${name}\", texto_${index}, sizeof texto_${index} },\n")
    math(EXPR index "${index} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT "/* Generated from deploy/perfiles. */
#include \"prep/perfil_incluye.h\"

@texts@
const struct perfil_de_fabrica perfiles_de_fabrica[] = {
@rows@};
const size_t perfil_de_fabrica_count =
    sizeof perfiles_de_fabrica / sizeof perfiles_de_fabrica[0];
")
endfunction()
