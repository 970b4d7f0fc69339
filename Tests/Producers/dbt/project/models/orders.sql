{{ config(materialized='incremental', unique_key='id') }}
select id, customer, amount, ordered_at, quantity from {{ ref('raw_orders') }}
{% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
