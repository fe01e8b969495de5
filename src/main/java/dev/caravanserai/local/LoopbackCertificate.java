package dev.caravanserai.local;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Base64;

/**
 * A self-signed certificate for 127.0.0.1, made in memory: kubectl sends its token over TLS only,
 * and the JDK has no public way to make a certificate. Source: RFC 5280, section 4.1.
 *
 * @param certificate PEM
 * @param key PEM, PKCS #8
 */
record LoopbackCertificate(String certificate, String key) {
  private static final byte[] ECDSA_SHA256 =
      sequence(der(6, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));
  private static final byte[] COMMON_NAME = der(6, 0x55, 4, 3);
  private static final byte[] ALTERNATIVE_NAME = der(6, 0x55, 0x1d, 0x11);

  static LoopbackCertificate make() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      byte[] name = sequence(der(0x31, sequence(COMMON_NAME, text(0x0c, "caravanserai-local"))));
      byte[] alternatives = sequence(der(0x87, 127, 0, 0, 1), text(0x82, "localhost"));
      byte[] body =
          sequence(
              der(0xa0, der(2, 2)),
              der(2, BigInteger.valueOf(System.currentTimeMillis()).toByteArray()),
              ECDSA_SHA256,
              name,
              sequence(time(-1), time(3650)),
              name,
              pair.getPublic().getEncoded(),
              der(0xa3, sequence(sequence(ALTERNATIVE_NAME, der(4, alternatives)))));
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate());
      signature.update(body);
      byte[] signed = sequence(body, ECDSA_SHA256, der(3, join(new byte[1], signature.sign())));
      return new LoopbackCertificate(
          pem("CERTIFICATE", signed), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot make a P-256 certificate", e);
    }
  }

  private static byte[] time(long days) {
    Instant at = Instant.now().plus(days, ChronoUnit.DAYS);
    return text(
        0x17, DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC).format(at));
  }

  private static byte[] text(int tag, String text) {
    return der(tag, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] sequence(byte[]... parts) {
    return der(0x30, join(parts));
  }

  private static byte[] der(int tag, int... content) {
    byte[] bytes = new byte[content.length];
    for (int i = 0; i < content.length; i++) {
      bytes[i] = (byte) content[i];
    }
    return der(tag, bytes);
  }

  private static byte[] der(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.length;
    if (length >= 256) {
      out.write(0x82);
      out.write(length >> 8);
    } else if (length >= 128) {
      out.write(0x81);
    }
    out.write(length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static String pem(String what, byte[] bytes) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what);
  }
}
