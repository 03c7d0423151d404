/** Deliveries are signed as the Standard Webhooks specification says; its own library verifies them. */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { givenSecret, newSecret, secretKey } from '../../src/records';
import { signedHeaders } from '../../src/server/webhooks/signature';

const secretOf = (bytes: number): string => `whsec_${randomBytes(bytes).toString('base64')}`;

it('is the example of the specification', () => {
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
  const headers = signedHeaders(message, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', new Date(1614265330_999));
  expect(headers).toEqual({
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it.each([secretOf(24), secretOf(37), secretOf(64), newSecret()])('the library accepts it', (secret) => {
  const body = JSON.stringify({ type: 'run.completed', data: { systems: ['Ämter 😀'] } });
  const headers = signedHeaders({ id: 'msg_1', body }, secret, new Date());
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow(/No matching signature/);
  expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow(/No matching signature/);
});

it('a generated secret has 32 random bytes', () => {
  expect(secretKey(newSecret())).toHaveLength(32);
  expect(newSecret()).not.toBe(newSecret());
});

it.each(['', 'whsec_', secretOf(23), secretOf(65), secretOf(32).slice(6), `${secretOf(32)}!`, 'whsec_????????????????????????????????????????'])('%j is no secret', (text) => {
  expect(secretKey(text)).toBeNull();
  const refused = (): unknown => givenSecret(text);
  expect(refused).toThrow('The secret of a webhook must be whsec_ and the base64 of 24 to 64 random bytes.');
}); // prettier-ignore

it('a refusal does not quote the secret', () => {
  const secret = secretOf(70);
  expect(() => givenSecret(secret)).toThrow(expect.objectContaining({ message: expect.not.stringContaining(secret.slice(6)) as unknown })); // prettier-ignore
});
