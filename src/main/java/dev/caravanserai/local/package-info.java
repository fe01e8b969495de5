/**
 * The local cluster: an API server and a process kubelet inside the JVM, on loopback, for trying
 * out, for authoring routes and for tests. A house of its own: it knows nothing of the rest, and
 * only Main knows it.
 */
package dev.caravanserai.local;
