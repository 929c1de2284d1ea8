// SPDX-License-Identifier: GPL-3.0-only
#include "pages/proxy/snippets.h"

namespace signalbox::ui {

std::vector<Snippet> snippetsFor(const QString& base_url) {
  const QString url = base_url.isEmpty() ? QStringLiteral("$SIGNALBOX_URL/v1") : base_url;
  const QString node = base_url.isEmpty() ? QStringLiteral("process.env.SIGNALBOX_URL + '/v1'") : QStringLiteral("'%1'").arg(url);
  const QString variables = QStringLiteral("export OPENAI_BASE_URL=%1\nexport OPENAI_API_KEY=$SIGNALBOX_TOKEN   # the local token above\n").arg(url);
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
                                              "const client = new OpenAI({ baseURL: %1 });  // OPENAI_API_KEY from the environment\n"
                                              "const r = await client.chat.completions.create({\n"
                                              "  model: 'auto',\n"
                                              "  messages: [{ role: 'user', content: 'Is 91 a prime?' }] });\n"
                                              "console.log(r.choices[0].message.content);\n").arg(node)},
      {QStringLiteral(".env"), QStringLiteral("OPENAI_BASE_URL=%1\n# the local token above goes here\nOPENAI_API_KEY=\n").arg(url)},
  };
}

}  // namespace signalbox::ui
