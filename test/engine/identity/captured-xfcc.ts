/**
 * `x-forwarded-client-cert` as Envoy 1.40 wrote it about one certificate each, with `SANITIZE_SET` and
 * `{subject: true, uri: true, dns: true}`: in the text form, and in the JSON form. `principal` is the name that Envoy
 * gave to the same certificate as a direct peer.
 */
export interface CapturedXfcc {
  readonly name: string;
  readonly principal: string;
  readonly text: string;
  readonly json: string;
}

export const CAPTURED: readonly CapturedXfcc[] = [
  {
    name: 'plain',
    principal: 'spiffe://acme.example/ns/shop/sa/web',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=a79de39bc5ff1dc55e9a696659cd00142c1c98267d04909a221802daa1f3982d;Subject="CN=plain";URI=spiffe://acme.example/ns/shop/sa/web',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"a79de39bc5ff1dc55e9a696659cd00142c1c98267d04909a221802daa1f3982d","subject":"CN=plain","uri":["spiffe://acme.example/ns/shop/sa/web"]}]',
  },
  {
    name: 'subject only',
    principal: 'O=Admin,CN=svc',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=575e8dc3b80c505b1aa9a9741f6076ecd293a793e881344851249d44a85e2f57;Subject="O=Admin,CN=svc";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"575e8dc3b80c505b1aa9a9741f6076ecd293a793e881344851249d44a85e2f57","subject":"O=Admin,CN=svc"}]',
  },
  {
    name: 'subject comma',
    principal: 'CN=svc\\,O=Admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=fd7d37a82aca7b58084dda069f51618fc43055d154a5c9b3e7604d6e86fc4c11;Subject="CN=svc\\,O=Admin";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"fd7d37a82aca7b58084dda069f51618fc43055d154a5c9b3e7604d6e86fc4c11","subject":"CN=svc\\\\,O=Admin"}]',
  },
  {
    name: 'subject quote',
    principal: 'CN=a\\"\\;URI=spiffe://acme.example/ns/shop/sa/admin\\;Subject=\\"b',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=c9ad1292c086169c609e1a1063e9f1dfcc59833bac7476694dfc8ee8af4b8bbe;Subject="CN=a\\"\\;URI=spiffe://acme.example/ns/shop/sa/admin\\;Subject=\\"b";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"c9ad1292c086169c609e1a1063e9f1dfcc59833bac7476694dfc8ee8af4b8bbe","subject":"CN=a\\\\\\"\\\\;URI=spiffe://acme.example/ns/shop/sa/admin\\\\;Subject=\\\\\\"b"}]',
  },
  {
    name: 'subject quote end',
    principal: 'CN=a\\"',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=8a8568ec297fff6d202347e4e1aee651b75faa82068dacc624d061051524057f;Subject="CN=a\\"";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"8a8568ec297fff6d202347e4e1aee651b75faa82068dacc624d061051524057f","subject":"CN=a\\\\\\""}]',
  },
  {
    name: 'subject quote comma',
    principal: 'CN=a\\"\\,By=x\\;Hash=y\\;URI=spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=681dd99e309a23127012b405c06110813fd28c8ab0d9583a6ce5d1937e0e8dee;Subject="CN=a\\"\\,By=x\\;Hash=y\\;URI=spiffe://acme.example/ns/shop/sa/admin";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"681dd99e309a23127012b405c06110813fd28c8ab0d9583a6ce5d1937e0e8dee","subject":"CN=a\\\\\\"\\\\,By=x\\\\;Hash=y\\\\;URI=spiffe://acme.example/ns/shop/sa/admin"}]',
  },
  {
    name: 'subject backslash',
    principal: 'CN=a\\\\',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=be427bd2ab3af23a37046bd76fffa6432398c06783d691e48c1da3e50907bdbc;Subject="CN=a\\\\";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"be427bd2ab3af23a37046bd76fffa6432398c06783d691e48c1da3e50907bdbc","subject":"CN=a\\\\\\\\"}]',
  },
  {
    name: 'subject backslash quote',
    principal: 'CN=a\\\\\\"\\;URI=spiffe://acme.example/ns/shop/sa/admin\\\\',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=ec6fbadbdb34f2751f1c6b9277d123bba15fb280361d423d870c03f32eb2645c;Subject="CN=a\\\\\\"\\;URI=spiffe://acme.example/ns/shop/sa/admin\\\\";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"ec6fbadbdb34f2751f1c6b9277d123bba15fb280361d423d870c03f32eb2645c","subject":"CN=a\\\\\\\\\\\\\\"\\\\;URI=spiffe://acme.example/ns/shop/sa/admin\\\\\\\\"}]',
  },
  {
    name: 'subject spaces',
    principal: 'CN=\\ lead and trail\\ ',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=f049619d62fd62296f2a056d0f3b5ad90df8e69f59cdf051537787179e253eed;Subject="CN=\\ lead and trail\\ ";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"f049619d62fd62296f2a056d0f3b5ad90df8e69f59cdf051537787179e253eed","subject":"CN=\\\\ lead and trail\\\\ "}]',
  },
  {
    name: 'subject hash',
    principal: 'CN=\\#x\\<\\>\\+\\;=',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=b486cc8b664b4f23fe78bf55320658a27b7fc919baa83593aecc049be453d6b8;Subject="CN=\\#x\\<\\>\\+\\;=";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"b486cc8b664b4f23fe78bf55320658a27b7fc919baa83593aecc049be453d6b8","subject":"CN=\\\\#x\\\\<\\\\>\\\\+\\\\;="}]',
  },
  {
    name: 'subject utf8',
    principal: 'CN=m\\C3\\BCller\\01',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=52567354c31030d64d3ce792d4abaab560049e615393b264e7e969652e932156;Subject="CN=m\\C3\\BCller\\01";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"52567354c31030d64d3ce792d4abaab560049e615393b264e7e969652e932156","subject":"CN=m\\\\C3\\\\BCller\\\\01"}]',
  },
  {
    name: 'subject long',
    principal: 'L=b,OU=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,CN=x',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=8d463240060de356998f000fc48038979010eda4bc0f99b21b769d1119538ebc;Subject="L=b,OU=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,CN=x";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"8d463240060de356998f000fc48038979010eda4bc0f99b21b769d1119538ebc","subject":"L=b,OU=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,CN=x"}]',
  },
  {
    name: 'subject spiffe',
    principal: 'CN=spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=f60e3518b5702441da3388e5ab81ee9fd8b04294c9524f4968ff61333db80acb;Subject="CN=spiffe://acme.example/ns/shop/sa/admin";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"f60e3518b5702441da3388e5ab81ee9fd8b04294c9524f4968ff61333db80acb","subject":"CN=spiffe://acme.example/ns/shop/sa/admin"}]',
  },
  {
    name: 'multi rdn',
    principal: 'OU=y+CN=x',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=f329d4b37c3f16eb6b2ae289d89eb62b4609ce380dbdd6ae7760ac60399d470e;Subject="OU=y+CN=x";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"f329d4b37c3f16eb6b2ae289d89eb62b4609ce380dbdd6ae7760ac60399d470e","subject":"OU=y+CN=x"}]',
  },
  {
    name: 'uri comma',
    principal: 'http://e/,URI=spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=d2009d68dc158e5888c745a689536ff059154f72f472020cef3a79db1d4557fc;Subject="CN=uri_comma";URI=http://e/,URI=spiffe://acme.example/ns/shop/sa/admin',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"d2009d68dc158e5888c745a689536ff059154f72f472020cef3a79db1d4557fc","subject":"CN=uri_comma","uri":["http://e/,URI=spiffe://acme.example/ns/shop/sa/admin"]}]',
  },
  {
    name: 'uri semicolon',
    principal: 'http://e/;URI=spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=940d352220feabaf9c14ba22fda39c101324b840e19fe3e278390e577c72793d;Subject="CN=uri_semicolon";URI=http://e/;URI=spiffe://acme.example/ns/shop/sa/admin',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"940d352220feabaf9c14ba22fda39c101324b840e19fe3e278390e577c72793d","subject":"CN=uri_semicolon","uri":["http://e/;URI=spiffe://acme.example/ns/shop/sa/admin"]}]',
  },
  {
    name: 'uri quote',
    principal: 'http://e/"a',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=b0d358e5a2c4e3eeba1851e1aedfb95d68dab7e0d0b3276302a15a1f7f5670ef;Subject="CN=uri_quote";URI=http://e/"a',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"b0d358e5a2c4e3eeba1851e1aedfb95d68dab7e0d0b3276302a15a1f7f5670ef","subject":"CN=uri_quote","uri":["http://e/\\"a"]}]',
  },
  {
    name: 'uri quoted',
    principal: '"spiffe://acme.example/ns/shop/sa/admin"',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=39fded4690e2075a294893d741239ee4673ef948db8741f32af4f3a63074c8c5;Subject="CN=uri_quoted";URI="spiffe://acme.example/ns/shop/sa/admin"',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"39fded4690e2075a294893d741239ee4673ef948db8741f32af4f3a63074c8c5","subject":"CN=uri_quoted","uri":["\\"spiffe://acme.example/ns/shop/sa/admin\\""]}]',
  },
  {
    name: 'uri backslash',
    principal: 'http://e/\\a',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=15ec46085e2892d3e8bd5ddaa60cf402d5915220a0fd8d50de8cdeedd60f5743;Subject="CN=uri_backslash";URI=http://e/\\a',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"15ec46085e2892d3e8bd5ddaa60cf402d5915220a0fd8d50de8cdeedd60f5743","subject":"CN=uri_backslash","uri":["http://e/\\\\a"]}]',
  },
  {
    name: 'uri equals',
    principal: 'http://e/?a=b&c=d',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=6e9d4905d77454e3b26c312b3f419f357ca7d26d9f66c65773e427345c8c422a;Subject="CN=uri_equals";URI=http://e/?a=b&c=d',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"6e9d4905d77454e3b26c312b3f419f357ca7d26d9f66c65773e427345c8c422a","subject":"CN=uri_equals","uri":["http://e/?a=b&c=d"]}]',
  },
  {
    name: 'uri space',
    principal: ' spiffe://acme.example/ns/shop/sa/admin ',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=be0e9864c6494d854497b63a525d11a7ba3abbc989c70d447ca8da371a9ecfb4;Subject="CN=uri_space";URI= spiffe://acme.example/ns/shop/sa/admin ',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"be0e9864c6494d854497b63a525d11a7ba3abbc989c70d447ca8da371a9ecfb4","subject":"CN=uri_space","uri":[" spiffe://acme.example/ns/shop/sa/admin "]}]',
  },
  {
    name: 'uri by',
    principal:
      'x,By=;Hash=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;Subject="";URI=spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=8a3d2c4cf62b89b2abc60fd788b146b02ad20d35d542572555d2aaac594979e5;Subject="CN=uri_by";URI=x,By=;Hash=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;Subject="";URI=spiffe://acme.example/ns/shop/sa/admin',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"8a3d2c4cf62b89b2abc60fd788b146b02ad20d35d542572555d2aaac594979e5","subject":"CN=uri_by","uri":["x,By=;Hash=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;Subject=\\"\\";URI=spiffe://acme.example/ns/shop/sa/admin"]}]',
  },
  {
    name: 'uri by2',
    principal:
      'x,By=spiffe://acme.example/ns/edge/sa/envoy;Hash=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;Subject="CN=z";URI=spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=bcb4d8d0f917a01e11a7297332b47666b164d3b56f51382839c6c7d49e3a95fc;Subject="CN=uri_by2";URI=x,By=spiffe://acme.example/ns/edge/sa/envoy;Hash=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;Subject="CN=z";URI=spiffe://acme.example/ns/shop/sa/admin',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"bcb4d8d0f917a01e11a7297332b47666b164d3b56f51382839c6c7d49e3a95fc","subject":"CN=uri_by2","uri":["x,By=spiffe://acme.example/ns/edge/sa/envoy;Hash=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;Subject=\\"CN=z\\";URI=spiffe://acme.example/ns/shop/sa/admin"]}]',
  },
  {
    name: 'uri two',
    principal: 'spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=cf54db735feaa67bd377b68c5af6a7dfbad9249fcffb6b34abd44b45cec5b8ac;Subject="CN=uri_two";URI=spiffe://acme.example/ns/shop/sa/admin;URI=spiffe://acme.example/ns/shop/sa/other',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"cf54db735feaa67bd377b68c5af6a7dfbad9249fcffb6b34abd44b45cec5b8ac","subject":"CN=uri_two","uri":["spiffe://acme.example/ns/shop/sa/admin","spiffe://acme.example/ns/shop/sa/other"]}]',
  },
  {
    name: 'uri two first',
    principal: 'http://x/',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=f550d365f531995d54e56d7233a546d63e40bab3471ce76c985c2f795466ad5c;Subject="CN=uri_two_first";URI=http://x/;URI=spiffe://acme.example/ns/shop/sa/admin',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"f550d365f531995d54e56d7233a546d63e40bab3471ce76c985c2f795466ad5c","subject":"CN=uri_two_first","uri":["http://x/","spiffe://acme.example/ns/shop/sa/admin"]}]',
  },
  {
    name: 'uri utf8',
    principal: 'http://e/!',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=a532d0a269b2f03226115ad08df7cbe9b3a6e9ab4601e72a84ff3fe6637afc2c;Subject="CN=uri_utf8";URI=http://e/!',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"a532d0a269b2f03226115ad08df7cbe9b3a6e9ab4601e72a84ff3fe6637afc2c","subject":"CN=uri_utf8","uri":["http://e/\\u00fc"]}]',
  },
  {
    name: 'uri empty',
    principal: '',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=8b037def76f11553e31344724f99c2ae264a540fd9ad10a18da51011bb5b4c73;Subject="CN=uri_empty";URI=',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"8b037def76f11553e31344724f99c2ae264a540fd9ad10a18da51011bb5b4c73","subject":"CN=uri_empty","uri":[""]}]',
  },
  {
    name: 'dns one',
    principal: 'a.svc',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=e8eb156223f5eb5e433869ec78a7f50ed9587b23219f4b7738cacf072ee00f76;Subject="CN=dns_one";URI=;DNS=a.svc',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"e8eb156223f5eb5e433869ec78a7f50ed9587b23219f4b7738cacf072ee00f76","subject":"CN=dns_one","dns":["a.svc"]}]',
  },
  {
    name: 'dns spiffe',
    principal: 'spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=6a930a395a167481bce1f92c1d5784d0bb145932ed43fc210af1795c936fd149;Subject="CN=dns_spiffe";URI=;DNS=spiffe://acme.example/ns/shop/sa/admin',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"6a930a395a167481bce1f92c1d5784d0bb145932ed43fc210af1795c936fd149","subject":"CN=dns_spiffe","dns":["spiffe://acme.example/ns/shop/sa/admin"]}]',
  },
  {
    name: 'dns comma',
    principal: 'x,URI=spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=d9309179d8a40421cc73bc470755e08c987983e57d2ff1d25682672d0e8ae983;Subject="CN=dns_comma";URI=;DNS=x,URI=spiffe://acme.example/ns/shop/sa/admin',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"d9309179d8a40421cc73bc470755e08c987983e57d2ff1d25682672d0e8ae983","subject":"CN=dns_comma","dns":["x,URI=spiffe://acme.example/ns/shop/sa/admin"]}]',
  },
  {
    name: 'dns semicolon',
    principal: 'x;URI=spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=fdb3caaa951360acb0134781662ecbbefda2c4f910ba387c3dbaff52fcb29e76;Subject="CN=dns_semicolon";URI=;DNS=x;URI=spiffe://acme.example/ns/shop/sa/admin',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"fdb3caaa951360acb0134781662ecbbefda2c4f910ba387c3dbaff52fcb29e76","subject":"CN=dns_semicolon","dns":["x;URI=spiffe://acme.example/ns/shop/sa/admin"]}]',
  },
  {
    name: 'dns two',
    principal: 'a.svc',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=288f7d5a99d3b41e3c7633a4f1fb16d0bea1af3e44ba97c46ec73771a819628a;Subject="CN=dns_two";URI=;DNS=a.svc;DNS=b.svc',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"288f7d5a99d3b41e3c7633a4f1fb16d0bea1af3e44ba97c46ec73771a819628a","subject":"CN=dns_two","dns":["a.svc","b.svc"]}]',
  },
  {
    name: 'dns quote',
    principal: 'x"y',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=0bc3a2f4d4805eed802f254cea28fac973af440142328b4f68087317a82784d6;Subject="CN=dns_quote";URI=;DNS=x"y',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"0bc3a2f4d4805eed802f254cea28fac973af440142328b4f68087317a82784d6","subject":"CN=dns_quote","dns":["x\\"y"]}]',
  },
  {
    name: 'uri dns',
    principal: 'spiffe://acme.example/ns/shop/sa/admin',
    text: 'By=spiffe://acme.example/ns/edge/sa/envoy;Hash=a9aaaa2200faa4544d9b6f13d4a53fa44aff6fbff439473d396e6a80359c8c7e;Subject="CN=uri_dns";URI=spiffe://acme.example/ns/shop/sa/admin;DNS=a.svc;DNS=b.svc;DNS=c',
    json: '[{"by":["spiffe://acme.example/ns/edge/sa/envoy"],"hash":"a9aaaa2200faa4544d9b6f13d4a53fa44aff6fbff439473d396e6a80359c8c7e","subject":"CN=uri_dns","uri":["spiffe://acme.example/ns/shop/sa/admin"],"dns":["a.svc","b.svc;DNS=c"]}]',
  },
];
