/** The port to a cluster, and the index that derives sessions from Kubernetes objects. */
package dev.caravanserai.cluster;
