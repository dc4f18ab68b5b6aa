// Package sqlstore keeps PeerID sessions in a PostgreSQL database, so that several machines can share them. It uses
// database/sql with the driver of your choice:
//
//	db, err := sql.Open("pgx", "postgres://…")
//	…
//	backend, err := sqlstore.PostgreSQL(db)
//	…
//	if err := backend.CreateTable(ctx); err != nil { … }
//	store := peerid.NewStore(backend)
//	client, err := peerid.NewClient(peerid.Config{…, Store: store})
//
// A key is locked with an advisory lock of the database, which needs its own connection: one connection of the pool is
// in use while the program refreshes, saves or removes a session, or waits for another program that does so. If the
// holder of a lock dies, its connection ends and the lock is released. A pooler between the program and the database
// must therefore pool sessions, not transactions. With a transaction pooler locks are lost; [Backend.Lock] then returns
// [ErrPooler].
package sqlstore
