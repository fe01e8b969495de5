/** The words of Caravanserai as values. Imports nothing of ours, no Camel, no Kubernetes client. */
package dev.caravanserai.session;
