# SPDX-License-Identifier: Apache-2.0
# embed_resource(TARGET FILE SYMBOL): compiles a text file of resources/ into TARGET, to be declared where it is used as
#   namespace signalbox::resources { extern const std::string_view SYMBOL; }
# REQUIRES: TARGET has sources of its own; FILE is relative to the project's root.
function(embed_resource target file symbol)
  set(input "${PROJECT_SOURCE_DIR}/${file}")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/resource_${symbol}.cpp")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${input}" "-DOUTPUT=${output}" "-DSYMBOL=${symbol}" -P "${PROJECT_SOURCE_DIR}/cmake/EmbedFile.cmake"
    DEPENDS "${input}" "${PROJECT_SOURCE_DIR}/cmake/EmbedFile.cmake"
    COMMENT "Embedding ${file}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
  set_source_files_properties("${output}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
