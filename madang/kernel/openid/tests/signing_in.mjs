// What an agency's program does with openid-client, as its manual says, nothing added: one JSON line in, one out, twice.
import { createInterface } from 'node:readline'
import * as client from 'openid-client'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const { issuer, id, secret, back } = JSON.parse((await lines.next()).value)

const config = await client.discovery(new URL(issuer), id, secret || undefined, secret ? undefined : client.None(), {
  execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
})
const verifier = client.randomPKCECodeVerifier()
const state = client.randomState()
const nonce = client.randomNonce()
const to = client.buildAuthorizationUrl(config, {
  redirect_uri: back,
  scope: 'openid profile email',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
})
console.log(JSON.stringify({ to }))

const { returned } = JSON.parse((await lines.next()).value)
const tokens = await client.authorizationCodeGrant(config, new URL(returned), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
})
const claims = tokens.claims()
const about = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
const leave = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: back })
console.log(JSON.stringify({ claims, about, leave }))
process.exit(0)
