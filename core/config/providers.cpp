// SPDX-License-Identifier: Apache-2.0
#include "config/providers.h"

#include <algorithm>
#include <array>
#include <utility>

namespace signalbox::config {
namespace {

using enum domain::UpstreamApi;

constexpr std::array kProviders{
    Provider{"openai", "https://api.openai.com/v1", "OPENAI_API_KEY", OpenAi, true, "gpt-4o-mini", "gpt-4o", false},
    Provider{"anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", Anthropic, false, "claude-haiku-4-5", "claude-sonnet-4-5", false},
    Provider{"azure", "", "AZURE_API_KEY", OpenAi, true, "", "", false},
    Provider{"gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY", OpenAi, false, "gemini-2.5-flash", "gemini-2.5-pro", false},
    Provider{"groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", OpenAi, false, "llama-3.1-8b-instant", "llama-3.3-70b-versatile", false},
    Provider{"mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY", OpenAi, false, "mistral-small-latest", "mistral-large-latest", false},
    Provider{"deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", OpenAi, true, "deepseek-chat", "", false},
    Provider{"together", "https://api.together.xyz/v1", "TOGETHERAI_API_KEY", OpenAi, true, "", "meta-llama/Llama-3.3-70B-Instruct-Turbo", false},
    Provider{"openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", OpenAi, true, "openai/gpt-4o-mini", "openai/gpt-4o", false},
    Provider{"fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_AI_API_KEY", OpenAi, true, "", "", false},
    Provider{"xai", "https://api.x.ai/v1", "XAI_API_KEY", OpenAi, true, "", "", false},
    Provider{"cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", OpenAi, true, "", "", false},
    Provider{"nvidia", "https://integrate.api.nvidia.com/v1", "NVIDIA_NIM_API_KEY", OpenAi, true, "", "", false},
    Provider{"deepinfra", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY", OpenAi, true, "", "", false},
    Provider{"vllm", "http://127.0.0.1:8000/v1", "", OpenAi, true, "", "", true},
    Provider{"ollama", "http://127.0.0.1:11434/v1", "", OpenAi, true, "", "", true},
    Provider{"llama.cpp", "http://127.0.0.1:8080/v1", "", OpenAi, true, "", "", true},
    Provider{"lm-studio", "http://127.0.0.1:1234/v1", "", OpenAi, true, "", "", true},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kOtherNames{{
    {"together_ai", "together"}, {"google", "gemini"}, {"fireworks_ai", "fireworks"}, {"hosted_vllm", "vllm"}, {"ollama_chat", "ollama"},
    {"llamacpp", "llama.cpp"}, {"llamafile", "llama.cpp"}, {"lm_studio", "lm-studio"}, {"lmstudio", "lm-studio"}, {"nvidia_nim", "nvidia"},
    {"azure_ai", "azure"}, {"text-completion-openai", "openai"},
}};

}  // namespace

std::span<const Provider> providers() { return kProviders; }

const Provider* findProvider(std::string_view name) {
  const auto other = std::find_if(kOtherNames.begin(), kOtherNames.end(), [&](const auto& pair) { return pair.first == name; });
  if (other != kOtherNames.end()) name = other->second;
  const auto found = std::find_if(kProviders.begin(), kProviders.end(), [&](const Provider& one) { return one.name == name; });
  return found == kProviders.end() ? nullptr : &*found;
}

}  // namespace signalbox::config
