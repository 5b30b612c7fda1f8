import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificates, makeCertificates, writeCertificates } from './certificates.ts';

const ID = 'spiffe://acme.example/ns/shop/sa/checkout';

describe('certificates of a test mesh', () => {
  let made: Certificates;
  let ca: X509Certificate;
  beforeAll(async () => {
    made = await makeCertificates({ hosts: ['orders.acme.svc'], workloads: { checkout: ID } });
    ca = new X509Certificate(made.ca);
  });

  test('the certificate of a workload has its SPIFFE ID as the only name, and is signed by the authority', () => {
    const cert = new X509Certificate(made.workloads.get('checkout')?.cert ?? '');
    expect(cert.subjectAltName).toBe(`URI:${ID}`);
    expect(cert.ca).toBe(false);
    expect(cert.verify(ca.publicKey)).toBe(true);
  });

  test('the certificate of the proxy has its hosts', () => {
    const cert = new X509Certificate(made.server.cert);
    expect(cert.checkHost('orders.acme.svc')).toBe('orders.acme.svc');
    expect(cert.checkHost('localhost')).toBe('localhost');
    expect(cert.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(cert.checkHost('payments.acme.svc')).toBeUndefined();
    expect(cert.verify(ca.publicKey)).toBe(true);
  });

  test('authorities differ', async () => {
    const other = await makeCertificates({ hosts: [], workloads: { checkout: ID } });
    const cert = new X509Certificate(other.workloads.get('checkout')?.cert ?? '');
    expect(cert.verify(ca.publicKey)).toBe(false);
  });

  test('only the owner can read the keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
    try {
      await writeCertificates(folder, made);
      for (const name of ['server', 'checkout']) {
        expect((await stat(join(folder, `${name}.key`))).mode & 0o777).toBe(0o600);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
