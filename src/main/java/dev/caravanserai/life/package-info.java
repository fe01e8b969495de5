/**
 * A session's life on its cluster, for whoever drives it: whose it is, when it is ready, what it
 * consists of, when it is gone. Knows no Camel.
 */
package dev.caravanserai.life;
