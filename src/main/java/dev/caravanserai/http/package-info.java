/**
 * The HTTP server: authentication and scopes, requests checked by a contract, routes without
 * waiting threads, streamed bodies, errors as problem details, limits of callers.
 */
package dev.caravanserai.http;
