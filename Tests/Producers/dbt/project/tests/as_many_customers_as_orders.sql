select 1 where (select count(*) from {{ ref('orders') }}) < (select count(*) from {{ ref('customers') }})
