select * from {{ source('shop', 'deliveries') }}
