/**
 * The settings of the server. Depends on the package {@code session} only: on no other part of the
 * product, not on Camel, and not on a Kubernetes client.
 */
package dev.caravanserai.settings;
