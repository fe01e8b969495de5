package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refusals are classified by the fields of their Status, which are those of a real API server. */
class ApiFailuresTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "QUOTA_EXCEEDED | raise the quota | {code: 403, reason: Forbidden, message: 'pods \"p\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0', details: {name: p, kind: pods}}",
        "CONFIG_ERROR | must specify limits.cpu | {code: 403, reason: Forbidden, message: 'pods \"p\" is forbidden: failed quota: q2: must specify limits.cpu', details: {name: p, kind: pods}}",
        "CONFIG_ERROR | a LimitRange | {code: 403, reason: Forbidden, message: 'pods \"p\" is forbidden: maximum memory usage per Container is 64Mi, but limit is 1Gi', details: {name: p, kind: pods}}",
        "CONFIG_ERROR | a LimitRange | {code: 403, reason: Forbidden, details: {name: p, kind: pods}}",
        "CONFIG_ERROR | \"none\" not found | {code: 403, reason: Forbidden, message: 'pods \"p\" is forbidden: error looking up service account n/none: serviceaccount \"none\" not found', details: {name: p, kind: pods}}",
        "CONFIG_ERROR | create what is missing | {code: 403, reason: Forbidden, message: 'pods \"p\" is forbidden: no PriorityClass with name none was found', details: {name: p, kind: pods}}",
        "CONFIG_ERROR | create what is missing | {code: 403, reason: Forbidden, message: 'pods \"p\" is forbidden: pod rejected: RuntimeClass \"none\" not found', details: {name: p, kind: pods}}",
        "CONFIG_ERROR | a webhook | {code: 403, message: 'admission webhook \"w\" denied the request: pods \"p\" is forbidden: exceeded quota: ours'}",
        "CONFIG_ERROR | webhook | {code: 400, message: 'admission webhook \"w\" denied the request: exceeded quota'}",
        "CONFIG_ERROR | another namespace | {code: 403, reason: Forbidden, message: 'pods \"p\" is forbidden: unable to create new content in namespace n because it is being terminated', details: {name: p, kind: pods, causes: [{reason: NamespaceTerminating, message: x, field: metadata.namespace}]}}",
        "FORBIDDEN | Give this server's user that right | {code: 403, reason: Forbidden, message: 'pods is forbidden: User \"u\" cannot create resource \"pods\" in API group \"\" in the namespace \"exceeded quota\"', details: {kind: pods}}",
        "CONFIG_ERROR | Create the namespace | {code: 404, reason: NotFound, message: 'namespaces \"n\" not found', details: {name: n, kind: namespaces}}",
        "CONFIG_ERROR | CustomResourceDefinition | {code: 404, reason: NotFound, message: 'the server could not find the requested resource', details: {}}",
        "CONFIG_ERROR | spec.hostname | {code: 422, reason: Invalid, message: 'Pod \"p\" is invalid: x', details: {name: p, kind: Pod, causes: [{reason: FieldValueInvalid, message: x, field: spec.hostname}]}}",
        "CONFLICT | another id | {code: 409, reason: AlreadyExists, message: 'pods \"p\" already exists', details: {name: p, kind: pods}}",
        "CONFIG_ERROR | webhook | {code: 409, message: 'admission webhook \"w\" denied the request: no'}",
        "FORBIDDEN | expired | {code: 401, reason: Unauthorized, message: Unauthorized}",
        "CLUSTER_UNREACHABLE | has recovered | {code: 500, reason: InternalError, message: 'failed calling webhook'}",
        "CONFIG_ERROR | request smaller | {code: 500, message: 'etcdserver: request is too large'}",
        "CONFIG_ERROR | request smaller | {code: 500, message: 'rpc error: code = ResourceExhausted"
            + " desc = trying to send message larger than max (2097999 vs. 2097152)'}"
      })
  void refused_creation_has_the_code_of_its_reason_and_says_what_to_do(
      FailureCode code, String words, String status) throws Exception {
    // When
    Failure failure = refused(status, "POST");

    // Then
    assertThat(failure.code()).as(failure.message()).isEqualTo(code);
    assertThat(failure.message()).startsWith("Creating Pod n/p failed: ").contains(words);
  }

  @Test
  void right_that_is_missing_to_read_or_delete_an_object_is_forbidden() throws Exception {
    // Given
    String status =
        "{code: 403, reason: Forbidden, message: 'pods \"p\" is forbidden: User \"u\" cannot get',"
            + " details: {name: p, kind: pods}}";

    // Then
    assertThat(refused(status, "GET").code()).isEqualTo(FailureCode.FORBIDDEN);
    assertThat(refused(status, "DELETE").code()).isEqualTo(FailureCode.FORBIDDEN);
  }

  private static Failure refused(String yaml, String method) throws Exception {
    Status status = new YAMLMapper().readValue(yaml, Status.class);
    return ApiFailures.of(
            new KubernetesClientException(status.getMessage(), status.getCode(), status),
            "Creating Pod n/p",
            method)
        .failure();
  }
}
