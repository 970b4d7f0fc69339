{{ config(materialized='table', schema='mart', tags=['core']) }}
select customer, sum(amount) as total from {{ ref('paid_orders') }} group by 1
