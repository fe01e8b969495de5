/** A cluster that is an API server, reached with the fabric8 client. */
package dev.caravanserai.cluster.api;
