// Package dakotatest behaves like the Dakota Platform API in memory, its limits and failures included, as httptest is to http.
//
// It is a second reading of the contract, made independently of package dakota, and strict where the real API may be lenient: a request
// that the contract does not allow is answered with a problem, never with a guess.
//
// The zero [Server] is an empty account that takes any key, 60 requests a minute. [Server.Seed] and [Server.Add] fill it. It can be
// used in three ways: as an [http.Handler], through [Server.Listen] on a loopback address, and through [Server.RoundTripper] without
// any socket, which also works inside a testing/synctest bubble: everything waits on the bubble's clock, and no goroutine is started.
// (A bubble's clock starts in the year 2000, before the first KSUID could be made: sleep until a later date first.)
//
// What goes wrong is decided by [Server.Faults], a function of the request and of how often this same request was seen; a run with the
// same requests meets the same faults in whatever order they arrive. [Server.Requests] and [Server.Changes] tell afterwards what
// happened.
package dakotatest
