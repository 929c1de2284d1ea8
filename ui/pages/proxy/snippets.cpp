// SPDX-License-Identifier: GPL-3.0-only
#include "pages/proxy/snippets.h"

namespace signalbox::ui {

std::vector<Snippet> snippetsFor(const QString& base_url, const QString& token_hint) {
  const QString url = base_url.isEmpty() ? QStringLiteral("http://127.0.0.1:8787/v1") : base_url;
  const QString token = token_hint.isEmpty() ? QStringLiteral("sbx-…") : QStringLiteral("sbx-…%1").arg(token_hint);
  const QString variables = QStringLiteral("export OPENAI_BASE_URL=%1\nexport OPENAI_API_KEY=%2\n").arg(url, token);
  return {
      {QStringLiteral("Python"), QStringLiteral("# any OpenAI client: two variables\n%1\n"
                                                "from openai import OpenAI\n"
                                                "client = OpenAI()\n"
                                                "r = client.chat.completions.create(\n"
                                                "    model=\"auto\",\n"
                                                "    messages=[{\"role\": \"user\", \"content\": \"Is 91 a prime?\"}])\n"
                                                "print(r.choices[0].message.content)\n").arg(variables)},
      {QStringLiteral("curl"), QStringLiteral("curl %1/chat/completions \\\n"
                                              "  -H \"Authorization: Bearer $OPENAI_API_KEY\" \\\n"
                                              "  -H 'Content-Type: application/json' \\\n"
                                              "  -d '{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"Is 91 a prime?\"}]}'\n")
                                   .arg(url)},
      {QStringLiteral("Node"), QStringLiteral("import OpenAI from 'openai';\n"
                                              "const client = new OpenAI({ baseURL: '%1' });  // OPENAI_API_KEY from the environment\n"
                                              "const r = await client.chat.completions.create({\n"
                                              "  model: 'auto',\n"
                                              "  messages: [{ role: 'user', content: 'Is 91 a prime?' }] });\n"
                                              "console.log(r.choices[0].message.content);\n").arg(url)},
      {QStringLiteral(".env"), QStringLiteral("OPENAI_BASE_URL=%1\nOPENAI_API_KEY=%2\n").arg(url, token)},
  };
}

}  // namespace signalbox::ui
