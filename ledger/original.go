package ledger

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
)

// keepOriginal stores the input's bytes for the run, unless an earlier run brought the same.
func (r *Recording) keepOriginal(ctx context.Context, original []byte) error {
	if len(original) == 0 {
		return nil
	}
	sum := sha256.Sum256(original)
	name := hex.EncodeToString(sum[:])
	var have int
	err := r.conn.QueryRowContext(ctx, "SELECT count(*) FROM originals WHERE sha256 = ?", name).Scan(&have)
	if err != nil {
		return err
	}
	if have == 0 {
		packed, err := pack(original)
		if err != nil {
			return err
		}
		if _, err := r.conn.ExecContext(ctx, "INSERT INTO originals (sha256, size, gzip) VALUES (?, ?, ?)", name, len(original), packed); err != nil {
			return err
		}
	}
	_, err = r.conn.ExecContext(ctx, "UPDATE runs SET original_sha256 = ? WHERE seq = ?", name, r.seq)
	return err
}

// original reads the bytes that were stored under a hash, nil for none.
func (l *Ledger) original(ctx context.Context, name sql.NullString) ([]byte, error) {
	if !name.Valid {
		return nil, nil
	}
	var packed []byte
	var size int64
	err := l.db.QueryRowContext(ctx, "SELECT size, gzip FROM originals WHERE sha256 = ?", name.String).Scan(&size, &packed)
	if err != nil {
		return nil, err
	}
	return unpack(packed, size, name.String)
}

func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// unpack undoes pack, and makes sure that the bytes are those that were packed: a report is written into this workbook.
func unpack(packed []byte, size int64, name string) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	b, err := io.ReadAll(io.LimitReader(z, size+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != name {
		return nil, fmt.Errorf("%w: the stored input is not what was stored", ErrDamaged)
	}
	return b, nil
}
