package netdelay

import (
	"sync"
	"time"
)

// parcel is data on its way, or, with err, the end of a direction.
type parcel struct {
	due  time.Time
	data []byte
	err  error
}

// maxInFlight bounds what one direction holds, as a TCP window does. At 100 ms of
// RTT it still lets 1.3 GB a second through.
const maxInFlight = 64 << 20

// queue holds parcels in the order of their coming, which is that of their times.
type queue struct {
	mu      sync.Mutex
	changed sync.Cond
	parcels []parcel
	size    int
	stopped bool
}

func newQueue() *queue {
	q := &queue{}
	q.changed.L = &q.mu
	return q
}

// put waits for room. It reports false once nobody takes any more.
func (q *queue) put(p parcel) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.size > maxInFlight && !q.stopped {
		q.changed.Wait()
	}
	if q.stopped {
		return false
	}
	q.parcels = append(q.parcels, p)
	q.size += len(p.data)
	q.changed.Broadcast()
	return true
}

// take waits for a parcel. Every queue's last parcel has an err, after which
// nothing may be taken.
func (q *queue) take() parcel {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.parcels) == 0 {
		q.changed.Wait()
	}
	p := q.parcels[0]
	q.parcels[0] = parcel{}
	q.parcels = q.parcels[1:]
	q.size -= len(p.data)
	q.changed.Broadcast()
	return p
}

func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	q.changed.Broadcast()
}
