{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='ordered_at', batch_size='day',
          begin='2020-01-01', unique_key='id') }}
select id, ordered_at, cast(quantity as integer) as quantity from {{ ref('orders') }}
