// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <sys/stat.h>

#include <map>

#include "config/config_files.h"

namespace signalbox::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The smallest configuration; `more` goes in front of it.
std::string smallest(const std::string& more = "") {
  return more + "upstreams: [{name: u, base_url: http://h, models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m]}]\n";
}

class LoadTest : public testing::Test {
 protected:
  std::shared_ptr<const Config> loaded(const std::string& text, const PolicyCheck& check = acceptAll) {
    auto config = load(files.write("signalbox.yaml", text), secrets, check);
    if (!config) {
      for (const auto& error : config.error()) ADD_FAILURE() << error.string();
      return std::make_shared<Config>();
    }
    return *config;
  }
  std::vector<std::string> errors(const std::string& text, const PolicyCheck& check = acceptAll) {
    const auto config = load(files.write("signalbox.yaml", text), secrets, check);
    return lines(config ? (*config)->policy_errors : config.error());
  }

  ConfigFiles files;
  FakeSecrets secrets;
};

TEST_F(LoadTest, asManyMayWaitForAnUpstreamAsItMayHaveAtOnceUnlessMoreIsSaid) {
  const auto limitsOf = [&](const std::string& limits) {
    return loaded("upstreams: [{name: u, base_url: http://h, models: [{id: m}]" + limits + "}]\ntiers: [{name: t, deployments: [u/m]}]\n")->upstreams[0].limits;
  };
  using namespace std::chrono_literals;
  EXPECT_EQ(limitsOf(""), (domain::UpstreamLimits{256, 256, 1s}));
  EXPECT_EQ(limitsOf(", limits: {in-flight: 16}"), (domain::UpstreamLimits{16, 16, 1s}));
  EXPECT_EQ(limitsOf(", limits: {in-flight: 16, pending: 40, queue: 2s}"), (domain::UpstreamLimits{16, 40, 2s}));
}

TEST_F(LoadTest, readsTheManualsExample) {
  files.write("policy.yaml", "workloads: [{name: a}]\n");
  const auto config = loaded(R"(version: 1
listen:  { address: 127.0.0.1, port: 8787 }
control: { address: 127.0.0.1, port: 8788, tokens: [ { name: day-shift, role: tuner, token: { env: DAY_SHIFT_TOKEN } } ] }
workers: auto
store:   { kind: sqlite, path: signalbox.db }
keys:
  - { name: app, key: { env: APP_KEY }, workloads: [tickets], limits: { rpm: 600, usd_per_day: 20 } }
upstreams:
  - name: vllm
    api: openai
    base_url: http://127.0.0.1:8000/v1
    key: { env: VLLM_KEY }
    keep_warm: { every: 60s, expect_within: 5s }
    cost: { gpu_usd_per_hour: 1.006, replicas: 1 }
    models: [ { id: llama-3-8b, logprobs: true } ]
  - name: openai
    api: openai
    base_url: https://api.openai.com/v1
    key: { env: OPENAI_API_KEY }
    models: [ { id: gpt-4o-mini }, { id: gpt-4o } ]
tiers:
  - { name: local,    deployments: [vllm/llama-3-8b],  timeout: 500ms }
  - { name: mid,      deployments: [openai/gpt-4o-mini], timeout: 1.5s }
  - { name: frontier, deployments: [openai/gpt-4o],    timeout: 5s }
aliases: { "claude-*": "auto:chat", "*": "tier:mid", "gpt-4o-2024": auto }
policy: policy.yaml
)");
  EXPECT_EQ(config->listen.port, 8787);
  EXPECT_EQ(config->control.host, "127.0.0.1");
  ASSERT_EQ(config->control_tokens.size(), 1U);
  EXPECT_EQ(config->control_tokens[0].role, domain::Role::Tuner);
  EXPECT_EQ(config->control_tokens[0].token.reveal(), "env-DAY_SHIFT_TOKEN");
  EXPECT_EQ(config->workers, 0U);
  EXPECT_EQ(config->store_path, files.path("signalbox.db"));
  ASSERT_EQ(config->keys.size(), 1U);
  EXPECT_EQ(config->keys[0].rpm, 600);
  EXPECT_FALSE(config->keys[0].tpm);
  EXPECT_EQ(config->keys[0].usd_per_day, 20.0);
  EXPECT_THAT(config->keys[0].workloads, ElementsAre("tickets"));
  const domain::Upstream* vllm = config->upstream("vllm");
  ASSERT_TRUE(vllm && vllm->gpu_cost && vllm->keep_warm);
  EXPECT_EQ(vllm->gpu_cost->usd_per_hour, 1.006);
  EXPECT_EQ(vllm->keep_warm->every, std::chrono::seconds(60));
  EXPECT_EQ(vllm->models[0].logprobs, true);
  EXPECT_EQ(config->upstream("openai")->models[1].provider, "openai");
  EXPECT_FALSE(config->upstream("openai")->models[1].price) << "the built-in table is asked when a price is needed";
  EXPECT_THAT(config->tierNames(), ElementsAre("local", "mid", "frontier"));
  EXPECT_EQ(config->tiers[0].timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(config->tiers[1].deployments[0], (domain::Deployment{"openai", "gpt-4o-mini"}));
  EXPECT_EQ(config->tiers[1].total_timeout, std::chrono::seconds(300));
  EXPECT_THAT(config->aliases, ElementsAre(testing::Pair("gpt-4o-2024", "auto"), testing::Pair("claude-*", "auto:chat"),
                                           testing::Pair("*", "tier:mid"))) << "names before patterns, else in the order of the file";
  ASSERT_TRUE(config->policy);
  EXPECT_THAT(lines(config->warnings), testing::IsEmpty());
}

TEST_F(LoadTest, aBudgetWithoutAPriceIsWarnedOf) {
  const auto config = loaded(smallest("keys: [{name: a, key: {env: APP_KEY}, limits: {rpm: 3, tpm: 5, usd_per_day: 0.5}}]\n"));
  ASSERT_EQ(config->keys.size(), 1U);
  EXPECT_EQ(config->keys[0].rpm, 3);
  EXPECT_EQ(config->keys[0].tpm, 5);
  EXPECT_EQ(config->keys[0].usd_per_day, 0.5);
  EXPECT_THAT(lines(config->warnings), ElementsAre(HasSubstr("the price of u/m is not known")));
}

TEST_F(LoadTest, whatIsLeftOutHasDefaults) {
  const auto config = loaded(smallest());
  EXPECT_EQ(config->listen.host, "127.0.0.1");
  EXPECT_EQ(config->listen.port, 8787);
  EXPECT_EQ(config->control.port, 8788);
  EXPECT_EQ(config->store_path, files.path("signalbox.db"));
  EXPECT_EQ(config->store_keep, std::chrono::hours(720));
  EXPECT_EQ(config->store_most, 1'073'741'824);
  EXPECT_EQ(config->tiers[0].timeout, std::chrono::seconds(30));
  EXPECT_EQ(config->upstreams[0].base_url, "http://h/v1") << "without a path it gets /v1";
  EXPECT_FALSE(config->policy);
  EXPECT_FALSE(config->router_name.empty());
}

TEST_F(LoadTest, theStoreIsBoundedByAgeAndSize) {
  const auto config = loaded(smallest("store: {keep: 400d, most: 1.5GiB}\n"));
  EXPECT_EQ(config->store_keep, std::chrono::hours(9600));
  EXPECT_EQ(config->store_most, 1'610'612'736);
}

TEST_F(LoadTest, baseUrlsLoseTheirLastSlashAndKeepTheirPath) {
  for (const auto& [written, read] : {std::pair{"http://h:8000/", "http://h:8000/v1"}, {"https://h/api/v2/", "https://h/api/v2"}, {"http://[::1]:1", "http://[::1]:1/v1"}}) {
    const auto config = loaded("upstreams: [{name: u, base_url: \"" + std::string(written) + "\", models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m]}]\n");
    EXPECT_EQ(config->upstreams[0].base_url, read);
  }
}

TEST_F(LoadTest, pricesAreKeptPerToken) {
  const auto config = loaded(R"(upstreams: [{name: u, base_url: http://h, provider: acme, models: [
  {id: a, price: {input: 2.50, output: 10.00, cached-input: 1.25, cache-write: 3.75, per: 1M}},
  {id: b, price: {input: 0.001, output: 0.002, per: 1K}, provider: other}, {id: c, price: {input: 0, output: 0}}]}]
tiers: [{name: t, deployments: [u/a, u/b]}]
)");
  const auto& models = config->upstreams[0].models;
  EXPECT_DOUBLE_EQ(models[0].price->input, 2.5e-6);
  EXPECT_DOUBLE_EQ(*models[0].price->cached_input, 1.25e-6);
  EXPECT_DOUBLE_EQ(*models[0].price->cache_write, 3.75e-6);
  EXPECT_EQ(models[0].provider, "acme");
  EXPECT_DOUBLE_EQ(models[1].price->output, 2e-6);
  EXPECT_FALSE(models[1].price->cached_input);
  EXPECT_EQ(models[1].provider, "other");
  EXPECT_EQ(models[2].price->input, 0.0);
}

TEST_F(LoadTest, everyMistakeHasItsLineColumnAndWhatIsAllowed) {
  struct Case { std::string text; std::string error; };
  const std::string tail = smallest();
  for (const Case& c : {
           Case{smallest("lisen: {port: 1}\n"), "1:1: unknown key \"lisen\": did you mean \"listen\"?; allowed is aliases, calibration, control, drain, keys, limits, listen, log, name, policy, store, telemetry, tiers, upstreams, version, workers"},
           Case{smallest("version: 2\n"), "1:10: 2 is not one of the values known here; allowed is 1"},
           Case{smallest("listen: {port: 99999}\n"), "1:16: 99999 is out of range; allowed is a port from 1 to 65535, or 0 for a free one"},
           Case{smallest("listen:\n  adress: x\n"), "2:3: unknown key \"adress\": did you mean \"address\"?; allowed is address, hosts, port, tls"},
           Case{smallest("listen: {address: 0.0.0.0}\n"), "1:19: 0.0.0.0 is beyond loopback and needs tls: { cert: FILE, key: FILE }; without tls allowed are 127.0.0.1, ::1 and localhost"},
           Case{smallest("control: {address: \"::\"}\n"), "1:20: :: is beyond loopback and needs tls: { cert: FILE, key: FILE }; without tls allowed are 127.0.0.1, ::1 and localhost"},
           Case{smallest("workers: many\n"), "1:10: \"many\" is not understood; allowed is auto, or a number from 1 to 256"},
           Case{smallest("workers: 0\n"), "1:10: 0 is not understood; allowed is auto, or a number from 1 to 256"},
           Case{smallest("store: {kind: postgres, url: {env: PG}}\n"), "1:15: the store \"postgres\" is not available yet; allowed is sqlite"},
           Case{smallest("store: {path: a.db, url: {env: PG}}\n"), "1:21: only the store \"postgres\" has a url; sqlite has a path"},
           Case{smallest("store: {keep: 30}\n"), "1:15: 30 has the wrong type; allowed is a duration with its unit, such as 500ms, 1.5s, 10m, 2h or 30d"},
           Case{smallest("store: {keep: 0d}\n"), "1:15: a duration of 0; allowed is one above it"},
           Case{smallest("store: {most: 5GIB}\n"), "1:15: \"5GIB\" is not understood; allowed is a size with its unit, such as 500MB, 512MiB or 1GiB"},
           Case{smallest("store: {most: 64KiB}\n"), "1:15: a store of less than 1MiB holds next to nothing; allowed is a size from 1MiB on"},
           Case{smallest("limits: {memory: 8MiB}\n"), "1:18: 8MiB is less than the router takes by itself; allowed is a size from 64MiB on"},
           Case{smallest("keys: [{name: a, key: sk-123}]\n"), "1:23: text has the wrong type; allowed is one of { env: NAME }, { file: PATH }, { keyring: NAME } and { credential: NAME }; a key never stands in the file itself"},
           Case{smallest("keys: [{name: a, key: {env: A, file: b}}]\n"), "1:23: too many entries; allowed is one of { env: NAME }, { file: PATH }, { keyring: NAME } and { credential: NAME }; a key never stands in the file itself"},
           Case{smallest("keys: [{name: a, key: {}}]\n"), "1:23: too few entries; allowed is one of { env: NAME }, { file: PATH }, { keyring: NAME } and { credential: NAME }; a key never stands in the file itself"},
           Case{smallest("keys: [{name: a, key: {env: MISSING_KEY}}]\n"), "1:29: the environment variable MISSING_KEY is not set"},
           Case{smallest("keys: [{name: a, key: {env: X}}, {name: b, key: {env: X}}]\n"), "1:49: the same secret as that of \"a\"; every name needs its own"},
           Case{smallest("keys: [{name: a, key: {env: X}}, {name: a, key: {env: Y}}]\n"), "1:41: the name \"a\" is there twice; names are unique"},
           Case{smallest("control: {tokens: [{name: a, role: operator, token: {env: X}}]}\n"), "1:36: \"operator\" is not one of the values known here; allowed is viewer, tuner, admin"},
           Case{smallest("keys: [{name: a, key: {env: X}, limits: {rpm: -1}}]\n"), "1:47: -1 is out of range; allowed is at least 1"},
           Case{smallest("aliases: {x: gpt-9}\n"), "1:14: \"gpt-9\" is not a model offered here; allowed is auto, auto:WORKLOAD, tier:NAME, UPSTREAM/MODEL or the id of an upstream's model"},
           Case{smallest("aliases: {x: tier:tt}\n"), "1:14: unknown tier \"tt\": did you mean \"t\"?; allowed is t"},
           Case{smallest("aliases: {\"a*b*\": auto}\n"), "1:11: the key \"a*b*\" is not allowed; allowed is a model name with at most one *"},
           Case{smallest("policy: none.yaml\n"), "1:9: " + files.path("none.yaml") + ": there is no such file"},
           Case{"tiers: [{name: t, deployments: [u/m]}]\n", "1:1: the key \"upstreams\" is missing"},
           Case{"upstreams: []\ntiers: [{name: t, deployments: [u/m]}]\n", "1:12: the list is empty; allowed is at least 1 entries"},
           Case{"upstreams: [{name: u, base_url: ftp://h, models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m]}]\n", "1:33: the value is not understood; allowed is http://HOST[:PORT][/PATH] or https://…, without user, query or fragment"},
           Case{"upstreams: [{name: u, base_url: \"http://h:65536\", models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m]}]\n", "1:33: the value is not understood; allowed is http://HOST[:PORT][/PATH] or https://…, without user, query or fragment"},
           Case{"upstreams: [{name: u, base_url: \"http://me:pw@h\", models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m]}]\n", "1:33: the value is not understood; allowed is http://HOST[:PORT][/PATH] or https://…, without user, query or fragment"},
           Case{"upstreams: [{name: u, base_url: http://h, models: [{id: m}, {id: m}]}]\ntiers: [{name: t, deployments: [u/m]}]\n", "1:66: the model \"m\" is there twice"},
           Case{"upstreams: [{name: u, base_url: http://h, models: [{id: m}]}]\ntiers:\n  - name: t\n    deployments: [v/m]\n", "4:19: unknown upstream \"v\": did you mean \"u\"?; allowed is u"},
           Case{"upstreams: [{name: u, base_url: http://h, models: [{id: llama-8b}]}]\ntiers:\n  - {name: t, deployments: [u/llama-9b]}\n", "3:29: unknown model of \"u\" \"llama-9b\": did you mean \"llama-8b\"?; allowed is llama-8b"},
           Case{"upstreams: [{name: u, base_url: http://h, models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m], timeout: 500}]\n", "2:48: 500 has the wrong type; allowed is a duration with its unit, such as 500ms, 1.5s, 10m, 2h or 30d"},
           Case{"upstreams: [{name: u, base_url: http://h, models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m], timeout: 0ms}]\n", "2:48: a duration of 0; allowed is one above it"},
           Case{"upstreams: [{name: u, base_url: http://h, models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m]}, {name: t, deployments: [u/m]}]\n", "2:47: the name \"t\" is there twice; names are unique"},
           Case{"upstreams: [{name: u, base_url: http://h, models: [{id: m, price: {input: 1}}]}]\ntiers: [{name: t, deployments: [u/m]}]\n", "1:67: the key \"output\" is missing"},
           Case{"upstreams: [{name: u, api: anthropic, base_url: http://h, models: [{id: m, logprobs: true}]}]\ntiers: [{name: t, deployments: [u/m]}]\n", "1:86: the api anthropic gives no probabilities of tokens; allowed is false"},
           Case{"just text", "1:1: text has the wrong type; allowed is a mapping"},
           Case{"", "1:1: a value is missing; allowed is a mapping"},
           Case{"a: 1\na: 2\n", "2:1: the key \"a\" is there twice (first on line 1); allowed is once"},
       }) {
    EXPECT_THAT(errors(c.text), ElementsAre(c.error)) << c.text;
  }
}

TEST_F(LoadTest, allMistakesAreReportedAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(errors(smallest("version: 3\nlisten: {port: x}\nfoo: 1\n")),
              ElementsAre(testing::StartsWith("1:10:"), testing::StartsWith("2:16:"), testing::StartsWith("3:1:")));
  EXPECT_THAT(errors(smallest("keys: [{name: a, key: {env: MISSING_A}}, {name: b, key: {env: MISSING_B}}]\naliases: {x: nothing}\n")),
              ElementsAre(HasSubstr("MISSING_A"), HasSubstr("MISSING_B"), HasSubstr("nothing")));
}

TEST_F(LoadTest, aKeyPastedIntoTheFileIsNeverRepeated) {
  for (const char* place : {"keys: [{name: a, key: sk-canary-42}]\n", "keys: [{name: a, key: {env: sk-canary-42}}]\n",
                            "keys: [{name: a, key: [sk-canary-42]}]\n", "store: {url: sk-canary-42}\n"}) {
    for (const auto& error : errors(smallest(place))) EXPECT_THAT(error, testing::Not(HasSubstr("canary"))) << place;
    EXPECT_FALSE(errors(smallest(place)).empty());
  }
}

// Keys hold dots and slashes as paths do, and are longer than names of files may be.
TEST_F(LoadTest, aKeyPastedInPlaceOfItsFileIsNeverRepeated) {
  const auto real = systemSecrets();
  for (const std::string& pasted : {std::string("eyJhbGci.canary.x_y"), std::string("canary/+Zm9v=="), std::string("./canary"), "canary." + std::string(5000, 'x')}) {
    const auto config = load(files.write("signalbox.yaml", smallest("keys: [{name: a, key: {file: \"" + pasted + "\"}}]\n")), *real, acceptAll);
    ASSERT_FALSE(config);
    ASSERT_EQ(config.error().size(), 1u);
    EXPECT_THAT(config.error()[0].string(), testing::Not(HasSubstr("canary")));
    EXPECT_THAT(config.error()[0].string(), testing::AllOf(HasSubstr("signalbox.yaml:1:"), HasSubstr("there is no such file here")));
  }
  files.write("open.key", "x");
  ::chmod(files.path("open.key").c_str(), 0644);
  const auto config = load(files.write("signalbox.yaml", smallest("keys: [{name: a, key: {file: open.key}}]\n")), *real, acceptAll);
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error()[0].string(), HasSubstr("chmod 600 ")) << "one that is there is named";
}

TEST_F(LoadTest, aPemPastedInPlaceOfItsFileIsNeverRepeated) {
  for (const char* pasted : {"\"-----BEGIN PRIVATE KEY-----\\ncanary\\n\"", "|\n    -----BEGIN PRIVATE KEY-----\n    canary\n", "\"canary\\ncanary\""}) {
    const auto found = errors(smallest(std::string("listen:\n  tls:\n   cert: c.pem\n   key: ") + pasted + "\n"));
    ASSERT_EQ(found.size(), 1U) << pasted;
    EXPECT_THAT(found[0], testing::AllOf(HasSubstr("not a path"), testing::Not(HasSubstr("canary"))));
  }
}

TEST_F(LoadTest, howLongADrainIsAnnouncedMustBeADuration) {
  EXPECT_EQ(loaded(smallest("drain: {delay: 0s}\n"))->drain_delay, Duration{});
  EXPECT_EQ(loaded(smallest("drain: {delay: 5s}\n"))->drain_delay, std::chrono::seconds(5));
  EXPECT_THAT(errors(smallest("drain: {delay: 99999999999999999999d}\n")), ElementsAre(testing::StartsWith("1:16:")));
}

TEST_F(LoadTest, relativePathsCountFromTheConfigurationFile) {
  (void)loaded(smallest("keys: [{name: a, key: {file: keys/a}}]\n"));
  EXPECT_THAT(secrets.files, ElementsAre(files.path("keys/a")));
}

TEST_F(LoadTest, anotherKeyOfAnUpstreamIsAnotherTopologyAlsoWhereTheTextIsTheSame) {
  class Rotated final : public FakeSecrets {
   public:
    Result<Secret> env(const std::string& name) override { return Secret("another-" + name); }
  } rotated;
  const std::string file = files.write("signalbox.yaml", "keys: [{name: app, key: {env: APP}}]\n"
                                                         "upstreams: [{name: u, base_url: http://h, key: {env: KEY}, models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m]}]\n");
  const auto one = load(file, secrets, acceptAll), same = load(file, secrets, acceptAll), other = load(file, rotated, acceptAll);
  ASSERT_TRUE(one && same && other);
  EXPECT_EQ((*one)->topology, (*same)->topology);
  EXPECT_NE((*one)->topology, (*other)->topology);
}

TEST_F(LoadTest, theKeyFilesOfUpstreamsAreAmongTheFilesThatItIsReadFrom) {
  const auto config = loaded("keys: [{name: app, key: {file: app-key}}]\n"
                             "upstreams: [{name: u, base_url: http://h, key: {file: u-key}, models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m]}]\n");
  EXPECT_THAT(config->read_from, ElementsAre(files.path("signalbox.yaml"), files.path("u-key"))) << "a client's key is followed by itself";
}

TEST_F(LoadTest, whatFailsTellsTheFilesThatItNames) {
  std::vector<std::string> named;
  const auto config = load(files.write("signalbox.yaml", smallest("keys: [{name: app, key: {file: app-key}}]\ncalibration: [none.json]\npolicy: none.yaml\n")), secrets, acceptAll, &named);
  EXPECT_FALSE(config);
  EXPECT_THAT(named, ElementsAre(files.path("signalbox.yaml"), files.path("none.json"), files.path("app-key")));
  EXPECT_FALSE(load(files.path("nowhere.yaml"), secrets, acceptAll, &named));
  EXPECT_THAT(named, ElementsAre(files.path("nowhere.yaml")));
}

TEST_F(LoadTest, tlsNamesItsFilesAndWhereTheyAreNamed) {
  const auto config = loaded(smallest("listen: {tls: {cert: c.pem, key: k.pem}, hosts: [llm.example, \"*.example.com\"]}\n"));
  ASSERT_TRUE(config->listen.tls);
  EXPECT_EQ(config->listen.tls->cert_file, files.path("c.pem"));
  EXPECT_EQ(config->listen.tls->key_file, files.path("k.pem"));
  EXPECT_EQ(config->listen.tls->key_at.line, 1);
  EXPECT_EQ(config->listen.tls->key_at.column, 34);
  EXPECT_THAT(config->listen.hosts, ElementsAre("llm.example", "*.example.com"));
  EXPECT_FALSE(config->control.tls);
}

TEST_F(LoadTest, beyondLoopbackBothTlsAndSecretsAreNeeded) {
  const std::string tls = "tls: {cert: c.pem, key: k.pem}";
  EXPECT_THAT(errors(smallest("listen: {address: 0.0.0.0, " + tls + "}\n")), ElementsAre(HasSubstr("1:19: 0.0.0.0 is beyond loopback and needs keys: ")));
  EXPECT_THAT(errors(smallest("control: {address: \"::\", " + tls + "}\n")), ElementsAre(HasSubstr("1:20: :: is beyond loopback and needs control.tokens: ")));
  (void)loaded(smallest("listen: {address: 0.0.0.0, " + tls + "}\nkeys: [{name: a, key: {env: A}}]\n"));
  (void)loaded(smallest("control: {address: 0.0.0.0, " + tls + ", tokens: [{name: a, role: viewer, token: {env: A}}]}\n"));
}

TEST_F(LoadTest, aKeySentUnencryptedIsWarnedOf) {
  const auto config = loaded("upstreams: [{name: u, base_url: http://far.example, key: {env: K}, models: [{id: m}]}]\ntiers: [{name: t, deployments: [u/m]}]\n");
  EXPECT_THAT(lines(config->warnings), ElementsAre(HasSubstr("travels unencrypted")));
}

TEST_F(LoadTest, policyFilesAreJudgedAgainstTheTiersAndKeepTheirOwnLines) {
  files.write("p.yaml", "workloads:\n  - name: a\n    route: {strategy: fixed, tier: x}\n");
  std::vector<std::string> tiers;
  const PolicyCheck check = [&](const domain::PolicyDocument&, const std::vector<std::string>& names) {
    tiers = names;
    return domain::DocumentFindings{{{"/workloads/0/route/tier", "unknown tier", false}}, {}};
  };
  const auto config = load(files.write("signalbox.yaml", smallest("policy: p.yaml\n")), secrets, check);
  ASSERT_TRUE(config) << "the rest of it is right, and the store may have another policy";
  EXPECT_FALSE((*config)->policy);
  EXPECT_EQ((*config)->policy_errors[0].string(), files.path("p.yaml") + ":3:36: unknown tier");
  EXPECT_THAT(tiers, ElementsAre("t"));
}

TEST_F(LoadTest, calibrationMapsAreReadFromTheirFiles) {
  files.write("m.json", R"({"version": 1, "name": "m", "model": "u/m", "signal": "mean-token", "method": "platt", "rows": 90,
                            "points": [[0.5, 0.4], [1, 0.8]], "held_out": {"rows": 88}})");
  const auto config = loaded(smallest("calibration: [m.json]\n"));
  ASSERT_EQ(config->calibrations.size(), 1U);
  EXPECT_EQ(config->calibrations[0].name, "m");
  EXPECT_DOUBLE_EQ(config->calibrations[0](0.75), 0.6);
}

TEST_F(LoadTest, aCalibrationFileThatIsNoneIsNamedWithWhatIsWrong) {
  const auto map = [](const std::string& name, const std::string& model) {
    return R"({"version": 1, "name": ")" + name + R"(", "model": ")" + model + R"(", "signal": "mean-token", "method": "platt", "rows": 9, "points": [[0.5, 0.4]]})";
  };
  files.write("a.json", map("a", "m"));
  files.write("b.json", map("b", "m"));
  files.write("far.json", map("far", "n"));
  files.write("broken.json", "{");
  files.write("wrong.json", R"({"version": 1, "name": "w", "model": "m", "signal": "luck", "method": "platt", "rows": 9, "points": [[2, 0]]})");
  EXPECT_THAT(errors(smallest("calibration: [none.json, broken.json, far.json, wrong.json, a.json, b.json]\n")),
              ElementsAre("1:15: none.json: there is no such file", HasSubstr("1:26: broken.json: "), HasSubstr("1:39: far.json: unknown model \"n\""),
                          HasSubstr("1:49: wrong.json: /signal: unknown signal \"luck\""), HasSubstr("1:49: wrong.json: /points/0: must be a pair"),
                          "1:69: b.json: \"b\" and \"a\" are both for the same model, workload and signal"));
}

TEST_F(LoadTest, aFileThatHoldsNoDocumentHasAPlaceToo) {
  EXPECT_THAT(errors(""), ElementsAre("1:1: a value is missing; allowed is a mapping"));
  EXPECT_THAT(errors("version: 1\nname: \xff\n"), ElementsAre("2:1: not UTF-8 text; allowed is UTF-8 without NUL"));
}

TEST_F(LoadTest, aFileThatIsNotThereIsSaidSo) {
  const auto config = load(files.path("none.yaml"), secrets, acceptAll);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error()[0].string(), files.path("none.yaml") + ": there is no such file");
  EXPECT_FALSE(load(std::filesystem::temp_directory_path().string(), secrets, acceptAll));
}

TEST(LoopbackTest, isThisMachineOnly) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost"}) EXPECT_TRUE(isLoopback(host)) << host;
  for (const char* host : {"0.0.0.0", "::", "127.evil.example", "127.0.0.1.example", "10.0.0.1", ""}) EXPECT_FALSE(isLoopback(host)) << host;
}

TEST_F(LoadTest, aCollectorOfTracesHasItsHeadersFromElsewhere) {
  const auto config = loaded(smallest("telemetry: {otlp: {endpoint: \"http://127.0.0.1:4318/\", sample: 0.25, headers: {x-team: {env: TEAM}, "
                                      "Authorization: {env: PASS, scheme: Bearer}}}}\n"));
  ASSERT_TRUE(config->otlp);
  EXPECT_EQ(config->otlp->endpoint, "http://127.0.0.1:4318/v1/traces");
  EXPECT_EQ(config->otlp->sample, 0.25);
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : config->otlp->headers) headers[name] = value.reveal();
  EXPECT_EQ(headers, (std::map<std::string, std::string>{{"Authorization", "Bearer env-PASS"}, {"x-team", "env-TEAM"}}));
  EXPECT_FALSE(loaded(smallest())->otlp);
}

TEST_F(LoadTest, aCollectorThatCannotBeIsRefused) {
  EXPECT_THAT(errors(smallest("telemetry: {otlp: {endpoint: \"ftp://h\"}}\n")), ElementsAre(HasSubstr("http://HOST")));
  EXPECT_THAT(errors(smallest("telemetry: {otlp: {sample: 2, endpoint: \"http://h\"}}\n")), ElementsAre(HasSubstr("a share from 0 to 1")));
  EXPECT_THAT(errors(smallest("telemetry: {otlp: {endpoint: \"http://h\", headers: {a: {scheme: Bearer}}}}\n")), ElementsAre(HasSubstr("one of env, file and keyring")));
  EXPECT_THAT(errors(smallest("telemetry: {otlp: {endpoint: \"http://h\", headers: {a: {env: MISSING_X}}}}\n")), ElementsAre(HasSubstr("MISSING_X is not set")));
  EXPECT_THAT(errors(smallest("telemetry: {otlp: {endpoint: \"http://h\", ca: nowhere.pem}}\n")), ElementsAre(HasSubstr("there is no file")));
}

}  // namespace
}  // namespace signalbox::config
