/** Where sessions live: the port, and what reads Kubernetes objects as sessions. */
package dev.caravanserai.cluster;
