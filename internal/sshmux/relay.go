package sshmux

import (
	"context"
	"errors"
	"io"
	"sync"

	"golang.org/x/crypto/ssh"
)

// pass opens on to what from offers, and moves all that comes between the two until both
// are closed or ctx ends. note, when it is not nil, sees what from's side requests and
// says whether it is passed on.
func pass(ctx context.Context, offered ssh.NewChannel, to ssh.Conn, note func(*ssh.Request) bool) {
	far, farRequests, err := to.OpenChannel(offered.ChannelType(), offered.ExtraData())
	if refused, ok := errors.AsType[*ssh.OpenChannelError](err); ok {
		_ = offered.Reject(refused.Reason, refused.Message)
		return
	}
	if err != nil {
		_ = offered.Reject(ssh.ConnectionFailed, "the connection has ended")
		return
	}
	near, nearRequests, err := offered.Accept()
	if err != nil {
		go ssh.DiscardRequests(farRequests)
		_ = far.Close()
		return
	}
	defer context.AfterFunc(ctx, func() { _, _ = near.Close(), far.Close() })()
	var both sync.WaitGroup
	var nearAnswers, farAnswers sync.Mutex
	both.Go(func() { move(far, near, nearRequests, note, &nearAnswers, &farAnswers) })
	both.Go(func() { move(near, far, farRequests, nil, &farAnswers, &nearAnswers) })
	both.Wait()
}

// move passes on all of one direction. Requests end when from was closed by its peer:
// then all of its data is here, and to is closed once it has that. answering is held
// while a request of from's is being answered, and answered while one of to's is: a
// quick command's end must not overtake the answer that it has begun.
func move(to, from ssh.Channel, requests <-chan *ssh.Request, note func(*ssh.Request) bool, answering, answered *sync.Mutex) {
	var streams sync.WaitGroup
	streams.Go(func() { _, _ = io.Copy(to, from) })
	streams.Go(func() { _, _ = io.Copy(to.Stderr(), from.Stderr()) })
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		streams.Wait()
		_ = to.CloseWrite()
	}()
	for r := range requests {
		if note != nil && !note(r) {
			_ = r.Reply(false, nil)
			continue
		}
		answering.Lock()
		ok, err := to.SendRequest(r.Type, r.WantReply, r.Payload)
		_ = r.Reply(ok && err == nil, nil)
		answering.Unlock()
	}
	<-drained
	answered.Lock()
	defer answered.Unlock()
	_ = to.Close()
}
