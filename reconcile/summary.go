package reconcile

// Counts are the numbers people look at first.
type Counts struct {
	Rows    int            // all of them, the unlisted included
	Status  map[Status]int // rows by status; ask it in the order of [Statuses]
	Action  map[Action]int // rows by action; ask it in the order of [Actions]
	Changes int            // rows that apply would send
}

// Count counts rows.
func Count(rows []Result) Counts {
	c := Counts{Rows: len(rows), Status: map[Status]int{}, Action: map[Action]int{}}
	for i := range rows {
		c.Status[rows[i].Status]++
		c.Action[rows[i].Action]++
		if sends(&rows[i]) {
			c.Changes++
		}
	}
	return c
}

// Counts counts the plan's rows.
func (p *Plan) Counts() Counts { return Count(p.Rows) }
