package cli

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// lineEvery is how often a run off a terminal says how far it is.
const lineEvery = time.Minute

// progress shows how far a run is: a bar on a terminal, a log line a minute elsewhere.
type progress struct {
	job   *job
	total int
	bars  *mpb.Progress
	bar   *mpb.Bar
	stop  chan struct{}
	ended sync.WaitGroup
	lock  sync.Mutex
	done  int
}

// startProgress begins to show the progress of the plan's writes.
func (j *job) startProgress() *progress {
	p := &progress{job: j, total: j.plan.Bill.Writes, stop: make(chan struct{})}
	if j.options.noProgress || j.options.quiet || p.total == 0 {
		return p
	}
	if !j.screen.redraws {
		p.ended.Add(1)
		go p.lines()
		return p
	}
	p.bars = mpb.New(mpb.WithOutput(j.screen.stream.to), mpb.WithWidth(40))
	j.screen.stream.bars.Store(p.bars)
	p.bar = p.bars.AddBar(int64(p.total), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersNoUnit("%d of %d rows ", decor.WCSyncSpace)),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.state() })))
	return p
}

// rowDone counts a row that has its outcome.
func (p *progress) rowDone() {
	p.lock.Lock()
	p.done++
	p.lock.Unlock()
	if p.bar != nil {
		p.bar.Increment()
	}
}

// state is the part of the bar that says what the run is doing.
func (p *progress) state() string {
	p.lock.Lock()
	defer p.lock.Unlock()
	sent := p.job.reader.Usage().Total()
	s := fmt.Sprintf(" %s, done about %s", count(sent, "request"), p.ends().Local().Format("15:04"))
	if left := time.Until(p.job.waitsUntil()); left > time.Second {
		s += fmt.Sprintf(" (waiting %s for the quota)", left.Round(time.Second))
	}
	return s
}

// ends is when the rest will be done at the present limit.
func (p *progress) ends() time.Time {
	now := time.Now()
	return now.Add(p.job.reader.Quota().Forecast(p.total-p.done+1, now))
}

// lines logs one line a minute until the run ends.
func (p *progress) lines() {
	defer p.ended.Done()
	t := time.NewTicker(lineEvery)
	defer t.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-t.C:
			p.lock.Lock()
			e := p.job.log.Info().Int("done", p.done).Int("of", p.total).Int("requests", p.job.reader.Usage().Total()).Time("ends", p.ends())
			if until := p.job.waitsUntil(); time.Until(until) > 0 {
				e = e.Time("waiting_for_quota_until", until)
			}
			p.lock.Unlock()
			e.Msg("progress")
		}
	}
}

// end takes the bar away.
func (p *progress) end() {
	close(p.stop)
	p.ended.Wait()
	if p.bars != nil {
		p.bar.Abort(true)
		p.bars.Wait()
		p.job.screen.stream.bars.Store(nil)
	}
}

// watchReading shows on a terminal that the account is being read; the returned function ends it.
func (j *job) watchReading() func() {
	if j.options.noProgress || j.options.quiet || !j.screen.redraws {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		t := time.NewTicker(200 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				fmt.Fprint(j.screen.err, "\r\x1b[K")
				return
			case <-t.C:
				fmt.Fprintf(j.screen.err, "\r\x1b[Kreading the account: %s", count(j.reader.Usage().Total(), "request"))
			}
		}
	})
	return func() { cancel(); ended.Wait() }
}

// waitsUntil is until when the quota makes requests wait; past when it does not.
func (a *app) waitsUntil() time.Time { return time.UnixMilli(a.waiting.Load()) }
