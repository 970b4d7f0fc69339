{{ config(materialized='table', meta={'dagster': {'asset_key': ['report', 'after']}}) }}
select * from {{ ref('broken') }}
