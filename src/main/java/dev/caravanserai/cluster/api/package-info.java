/** Clusters reached through an API server, with the fabric8 client. */
package dev.caravanserai.cluster.api;
