/**
 * What a person who runs Caravanserai may set, and the API keys. Lowest beside {@code session}:
 * imports nothing of ours, no Camel, no Kubernetes client.
 */
package dev.caravanserai.settings;
