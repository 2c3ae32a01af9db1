import ipaddr from 'ipaddr.js';

/** Public by their range, but cloud providers answer with credentials there. */
const METADATA = new Set(['168.63.129.16']);

/**
 * True when an address is on the public internet: neither private, loopback, link-local, shared,
 * multicast nor reserved, nor an IPv6 form that carries such an IPv4 address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return isPublicV4(address);
  const v6 = address as ipaddr.IPv6;
  const range = v6.range();
  // ::ffff:a.b.c.d, and the well-known NAT64 prefix, by which IPv6-only hosts reach public IPv4.
  const nat64 = range === 'rfc6052' && v6.match(ipaddr.IPv6.parse('64:ff9b::'), 96);
  if (range === 'ipv4Mapped' || nat64) return isPublicV4(new ipaddr.IPv4(v6.toByteArray().slice(12)));
  return range === 'unicast' && v6.match(ipaddr.IPv6.parse('2000::'), 3);
}

function isPublicV4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast' && !METADATA.has(address.toString());
}
