/** The server: a cluster, what works on it, and the routes, put together from the settings. */
package dev.caravanserai.server;
