package dev.caravanserai.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;

/**
 * A self-signed P-256 certificate for 127.0.0.1, in memory only. kubectl sends tokens over TLS
 * only, and the JDK has no public API that creates certificates. All fields have a fixed length, so
 * the DER encoding (RFC 5280, section 4.1) is a template. JKS, because PKCS #12 takes a second.
 *
 * @param keys for the server
 * @param pem for clients
 */
record LoopbackCertificate(KeyManagerFactory keys, String pem) {
  private static final String ECDSA_SHA256 = "300a06082a8648ce3d040302";
  private static final String NAME =
      "301d311b301906035504030c12" + text("caravanserai-local"); // CN, UTF-8
  private static final String YEARS =
      "301e170d" + text("200101000000Z") + "170d" + text("491231235959Z");
  private static final String ADDRESSES =
      "a31e301c301a0603551d110413301187047f0000018209" + text("localhost");

  static LoopbackCertificate make() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      String serial = "02084%015x".formatted(System.nanoTime());
      String key = HexFormat.of().formatHex(pair.getPublic().getEncoded());
      byte[] body =
          hex("3081f4a003020102" + serial + ECDSA_SHA256 + NAME + YEARS + NAME + key + ADDRESSES);
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate());
      signature.update(body);
      byte[] signed = signature.sign();
      String tail = ECDSA_SHA256 + "03%02x00".formatted(signed.length + 1);
      int length = body.length + tail.length() / 2 + signed.length;
      ByteBuffer der = ByteBuffer.allocate(4 + length).put(hex("3082%04x".formatted(length)));
      der.put(body).put(hex(tail)).put(signed);
      Certificate certificate =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der.array()));
      KeyStore store = KeyStore.getInstance("JKS");
      store.load(null, null);
      store.setKeyEntry("server", pair.getPrivate(), new char[0], new Certificate[] {certificate});
      KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
      keys.init(store, new char[0]);
      String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der.array());
      return new LoopbackCertificate(
          keys, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n".formatted(lines));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this JVM cannot create a P-256 certificate", e);
    }
  }

  private static String text(String text) {
    return HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
