/** From a profile and a request to the exact Kubernetes objects: pure functions, no client. */
package dev.caravanserai.profile;
