// Package lease is the life of the port mappings that this program makes: a
// journal that is written before a mapping is asked for, an owner lock that dies
// with its process, deletion with retries, and a reaper for what dead processes
// left behind.
//
// The API has no tags and no IDs for mappings, so that the journal is the only
// proof that a mapping is ours. It is a folder of small JSON files:
//
//	<entry>.json        one mapping: intent, live or kept; never a secret
//	owner-<id>.lock     locked by one process for its whole life
//	journal.lock        held for moments, to look at owners and to adopt entries
//	<file>.bad          an entry that could not be read, set aside
//
// An entry is written by the process that its owner field names. When that
// owner's lock is free, the process is dead and the entry is an orphan: whoever
// holds journal.lock may write its own name into it.
package lease
