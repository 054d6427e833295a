CREATE TABLE refunds (id TEXT PRIMARY KEY, order_no TEXT, amount TEXT);
