/**
 * What REST in YAML cannot do: authentication and scopes, requests checked by a contract, routes
 * without waiting threads, errors as problem details, limits of callers.
 */
package dev.caravanserai.http;
