/**
 * The local cluster: an API server and a kubelet inside the JVM, for first steps, for the
 * development of routes and for tests. Depends on no other package; only the server uses it.
 */
package dev.caravanserai.local;
