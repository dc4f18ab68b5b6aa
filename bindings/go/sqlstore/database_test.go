package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sort"
	"sync"
)

// database is as much of a PostgreSQL server as the statements of this package need: rows, advisory locks that end with
// their connection, and failures at will. The same tests run against a real one in the folder postgrestest.
type database struct {
	mutex  sync.Mutex
	freed  *sync.Cond
	table  statements
	exists bool
	rows   map[string]row
	// Who holds a lock.
	locks map[int64]*connection
	// The statement that fails, and how.
	failing string
	failure error
	// How many connections are open.
	open int
	// Whether all connections share one database session, as behind a pooler of transactions.
	isShared bool
	// Whether the server is a replica.
	isReadOnly bool
}

type row struct {
	key        string
	data       []byte
	generation int64
}

func newDatabase(table string) *database {
	d := &database{table: newStatements(table), rows: map[string]row{}, locks: map[int64]*connection{}}
	d.freed = sync.NewCond(&d.mutex)
	return d
}

func (d *database) pool() *sql.DB { return sql.OpenDB(d) }

// fail makes a statement fail.
func (d *database) fail(statement string, failure error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.failing, d.failure = statement, failure
}

// held returns the number of held locks.
func (d *database) held() int {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return len(d.locks)
}

func (d *database) Driver() driver.Driver { return nil }

func (d *database) Connect(context.Context) (driver.Conn, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.open++
	return &connection{database: d}, nil
}

type connection struct{ database *database }

func (c *connection) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not used") }
func (c *connection) Begin() (driver.Tx, error)           { return nil, errors.New("not used") }

// Close releases all locks of the connection.
func (c *connection) Close() error {
	c.database.mutex.Lock()
	defer c.database.mutex.Unlock()
	c.database.open--
	for id, holder := range c.database.locks {
		if holder == c {
			delete(c.database.locks, id)
		}
	}
	c.database.freed.Broadcast()
	return nil
}

func (c *connection) ExecContext(ctx context.Context, statement string, arguments []driver.NamedValue) (driver.Result, error) {
	d := c.database
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if statement == d.failing {
		return nil, d.failure
	}
	argument := func(i int) any { return arguments[i].Value }
	switch statement {
	case d.table.create:
		d.exists = true
		return driver.RowsAffected(0), nil
	case d.table.reserve:
		return driver.RowsAffected(0), nil
	case d.table.insert:
		id := string(argument(0).([]byte))
		if _, found := d.rows[id]; found {
			return driver.RowsAffected(0), nil
		}
		d.rows[id] = row{argument(1).(string), copied(argument(2)), argument(3).(int64)}
		return driver.RowsAffected(1), nil
	case d.table.update:
		id := string(argument(0).([]byte))
		old, found := d.rows[id]
		if !found || old.generation != argument(3).(int64) {
			return driver.RowsAffected(0), nil
		}
		d.rows[id] = row{old.key, copied(argument(1)), argument(2).(int64)}
		return driver.RowsAffected(1), nil
	case d.table.remove:
		delete(d.rows, string(argument(0).([]byte)))
		return driver.RowsAffected(1), nil
	}
	return nil, fmt.Errorf("unexpected statement: %s", statement)
}

func copied(data any) []byte { return append([]byte(nil), data.([]byte)...) }

// lock waits for a lock. Like a real server, it may still take the lock for a caller that no longer waits.
func (c *connection) lock(ctx context.Context, id int64) error {
	d := c.database
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-ctx.Done():
			d.mutex.Lock()
			d.freed.Broadcast()
			d.mutex.Unlock()
		case <-stop:
		}
	}()
	for d.locks[id] != nil && d.locks[id] != c {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		d.freed.Wait()
	}
	d.locks[id] = c
	return ctx.Err()
}

func (c *connection) QueryContext(ctx context.Context, statement string, arguments []driver.NamedValue) (driver.Rows, error) {
	d := c.database
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if statement == d.failing {
		return nil, d.failure
	}
	switch statement {
	case lockStatement:
		if d.isReadOnly {
			return &answer{rows: [][]driver.Value{{nil}}}, nil
		}
		id := arguments[0].Value.(int64)
		if d.locks[id] == c || d.isShared && d.locks[id] != nil {
			return &answer{rows: [][]driver.Value{{true}}}, nil
		}
		if err := c.lock(ctx, id); err != nil {
			return nil, err
		}
		return &answer{rows: [][]driver.Value{{false}}}, nil
	case unlockStatement:
		id := arguments[0].Value.(int64)
		held := d.locks[id] == c
		if held {
			delete(d.locks, id)
			d.freed.Broadcast()
		}
		return &answer{rows: [][]driver.Value{{held}}}, nil
	case d.table.load:
		found, exists := d.rows[string(arguments[0].Value.([]byte))]
		if !exists {
			return &answer{columns: 2}, nil
		}
		return &answer{columns: 2, rows: [][]driver.Value{{found.data, found.generation}}}, nil
	case d.table.list:
		listed := &answer{}
		for _, row := range d.rows {
			listed.rows = append(listed.rows, []driver.Value{row.key})
		}
		sort.Slice(listed.rows, func(i, j int) bool { return listed.rows[i][0].(string) < listed.rows[j][0].(string) })
		return listed, nil
	}
	return nil, fmt.Errorf("unexpected statement: %s", statement)
}

// answer is the rows of a query.
type answer struct {
	columns int
	rows    [][]driver.Value
}

func (a *answer) Columns() []string {
	if a.columns == 0 {
		return make([]string, 1)
	}
	return make([]string, a.columns)
}

func (a *answer) Close() error { return nil }

func (a *answer) Next(into []driver.Value) error {
	if len(a.rows) == 0 {
		return io.EOF
	}
	copy(into, a.rows[0])
	a.rows = a.rows[1:]
	return nil
}
