{{ config(meta={'dagster': {'ref': {'name': 'orders'}}}) }}
select 1 from {{ ref('orders') }} o, {{ ref('prices') }} p where p.price < 0
