ETL4004 gold.x is a view; the snapshot x needs a table
