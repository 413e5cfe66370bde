import { describe, expect, test } from 'vitest'
import { evaluate, syntaxError } from '#lab/api/cel/cel.ts'

/** Each is true, as Kubernetes' own documentation of its libraries has it: staging:apiserver/pkg/cel/library. */
const claims = {
  lists: [
    '[1, 2, 3].isSorted() && ![2, 1].isSorted() && ["a", "b", "b"].isSorted() && [].isSorted()',
    '[1, 2, 3].sum() == 6 && [1.5, 2.0].sum() == 3.5 && [].sum() == 0',
    '[3, 1, 2].min() == 1 && ["b", "c"].max() == "c"',
    '[1, 2, 2].indexOf(2) == 1 && [1, 2, 2].lastIndexOf(2) == 2 && [1].indexOf(5) == -1',
    '[duration("1h"), duration("90m")].isSorted()',
    'sets.contains([1, 2, 3], [3, 1]) && !sets.contains([1], [2])',
    'sets.equivalent(["a", "b"], ["b", "a", "a"]) && sets.intersects([1, 2], [2, 3])',
  ],
  patterns: [
    '"abc 123".find("[0-9]+") == "123" && "abc".find("[0-9]+") == ""',
    '"1 2 3".findAll("[0-9]") == ["1", "2", "3"] && "1 2 3".findAll("[0-9]", 2) == ["1", "2"]',
    '"ABC".find("(?i)b") == "B"',
  ],
  texts: [
    '"%s has %d, %.2f, %x".format(["a", 3, 1.5, 255]) == "a has 3, 1.50, ff"',
    '"%s".format([[1, "b", null]]) == "[1, b, null]" && "%s".format([{"b": 1, "a": true}]) == "{a: true, b: 1}"',
    '"banana".replace("a", "o") == "bonono" && "banana".replace("a", "o", 2) == "bonona"',
    '"abc".charAt(1) == "b" && "abc".reverse() == "cba" && strings.quote("a\\"b") == "\\"a\\\\\\"b\\""',
    '["a", "b"].join(",") == "a,b" && "A-b".lowerAscii() == "a-b"',
  ],
  urls: [
    'isURL("https://example.com:80/path?a=b") && isURL("/absolute") && !isURL("../relative")',
    'url("https://example.com:8080/").getPort() == "8080" && url("https://[::1]:80/").getHostname() == "::1"',
    'url("https://user:pw@example.com/a b?x=1").getHost() == "example.com" && url("/path").getScheme() == ""',
    'url("https://example.com/?k=a&k=b&l=%20").getQuery() == {"k": ["a", "b"], "l": [" "]}',
    'url("https://example.com/with space/").getEscapedPath() == "/with%20space/"',
  ],
  quantities: [
    'isQuantity("1.3G") && isQuantity("1.3Gi") && !isQuantity("1,3G") && !isQuantity("1.3GiB")',
    'quantity("200M").compareTo(quantity("0.2G")) == 0 && quantity("200M") == quantity("0.2G")',
    'quantity("50k").add(quantity("20k")).sub(quantity("100k")).sub(-50000) == quantity("20k")',
    'quantity("50k").isInteger() && !quantity("50.5m").isInteger() && quantity("50M").asInteger() == 50000000',
    'quantity("0.1").add(quantity("0.2")) == quantity("300m")',
    'quantity("150Mi").isGreaterThan(quantity("100Mi")) && quantity("-1").sign() == -1',
  ],
  addresses: [
    'isIP("127.0.0.1") && isIP("::1") && !isIP("127.0.0.256") && !isIP("::ffff:1.2.3.4") && !isIP("fe80::1%eth0") && !isIP("010.0.0.1")',
    'ip("10.0.0.1").family() == 4 && ip("::1").isLoopback() && ip("0.0.0.0").isUnspecified()',
    'ip("169.254.1.1").isLinkLocalUnicast() && ip("224.0.0.1").isLinkLocalMulticast() && ip("10.0.0.1").isGlobalUnicast()',
    'ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::1") && string(ip("2001:DB8::1")) == "2001:db8::1"',
    'isCIDR("192.168.0.0/24") && isCIDR("::1/128") && !isCIDR("192.168.0.0/33") && !isCIDR("192.168.0.0")',
    'cidr("192.168.0.0/24").containsIP("192.168.0.5") && !cidr("192.168.0.0/24").containsIP(ip("192.168.1.1"))',
    'cidr("192.168.0.0/16").containsCIDR("192.168.10.0/24") && !cidr("192.168.0.0/24").containsCIDR(cidr("192.168.0.0/23"))',
    'cidr("192.168.0.5/24").masked() == cidr("192.168.0.0/24") && cidr("10.0.0.0/8").prefixLength() == 8',
    'cidr("10.0.0.1/8").ip() == ip("10.0.0.1") && ["a"].exists(ip, ip == "a")',
  ],
  formats: [
    '!format.dns1123Label().validate("my-label").hasValue() && format.dns1123Label().validate("My").hasValue()',
    '!format.named("qualifiedName").value().validate("example.com/name").hasValue() && !format.named("nosuch").hasValue()',
    '!format.dns1123LabelPrefix().validate("prefix-").hasValue() && format.uuid().validate("x").value() == ["does not match the UUID format"]',
    '!format.datetime().validate("2021-01-01T00:00:00Z").hasValue() && format.byte().validate("=").hasValue()',
  ],
  optionals: [
    '{"a": 1}.?b.orValue(3) == 3 && {"a": 1}.?a.value() == 1 && !optional.none().hasValue()',
    'optional.ofNonZeroValue("x").hasValue() && !optional.ofNonZeroValue("").hasValue()',
  ],
}

describe.each(Object.entries(claims))('functions of %s', (_, expressions) => {
  test.each(expressions)('%s', (expression) => {
    expect(evaluate(expression, {})).toEqual({ value: true })
  })
})

test.each([
  ['quantity("1,5")', /^quantities must match the regular expression/],
  [
    'ip("1.2.3")',
    /^IP Address "1.2.3" parse error during conversion from string: ParseAddr\("1.2.3"\): unable to parse IP/i,
  ],
  ['cidr("10.0.0.0")', /netip.ParsePrefix\("10.0.0.0"\): no '\/'$/],
  [
    'url("nope")',
    /^(?:URL|uRL) parse error during conversion from string: parse "nope": invalid URI for request$/,
  ],
  ['[].min()', /^min called on empty list$/],
])('%s says why it is none', (expression, says) => {
  expect(evaluate(expression, {})).toEqual({ error: expect.stringMatching(says) as unknown })
})

test('where an expression breaks off is shown as cel-go shows it', () => {
  expect(syntaxError('self.a <')).toBe(
    'ERROR: <input>:1:9: Syntax error: unexpected token: EOF\n | self.a <\n | ........^',
  )
})
