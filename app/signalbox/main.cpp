// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app{"Routes LLM traffic to the cheapest tier that will answer correctly, and proves it."};
  app.set_version_flag("--version", SIGNALBOX_VERSION);
  CLI11_PARSE(app, argc, argv);
  return 0;
}
