// A table of records: sorts, opens a row with click or Enter, moves with the arrows, becomes cards on a phone.
/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role --
   cards on a phone are `display: block`, which takes the meaning of a table away: the roles give it back. */
import { createSortedRowModel, rowSortingFeature, tableFeatures, useTable, type ColumnDef, type SortFn } from '@tanstack/react-table'
import { useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { ArrowDownIcon, ArrowUpIcon, SortIcon } from './icons'
import classes from './data-table.module.css'

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })

export interface DataColumn<Row> {
  id: string
  /** The head of the column, and the label of the value on a phone. */
  label: string
  cell: (row: Row) => ReactNode
  /** Given, the loaded rows can be sorted by it. */
  sortBy?: (row: Row) => string | number | null
  align?: 'end'
  /** On a phone: the heading of the card, or left out. */
  phone?: 'title' | 'hide'
}

interface Props<Row extends object> {
  label: string
  columns: readonly DataColumn<Row>[]
  rows: readonly Row[]
  rowId: (row: Row) => string
  onOpen?: (row: Row) => void
  /** What stands there when there are no rows: an EmptyState. */
  empty: ReactNode
  /** Beneath the rows: more, or how many. */
  footer?: ReactNode
}

type Features = typeof features

function definitions<Row extends object>(columns: readonly DataColumn<Row>[]): ColumnDef<Features, Row>[] {
  return columns.map((column) => {
    const value = column.sortBy
    const sortFn: SortFn<Features, Row> = (one, other) =>
      compared(value?.(one.original) ?? null, value?.(other.original) ?? null)
    return { id: column.id, accessorFn: (row: Row) => value?.(row), enableSorting: Boolean(value), sortFn }
  })
}

function compared(one: string | number | null, other: string | number | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null)
  return typeof one === 'number' && typeof other === 'number' ? one - other : String(one).localeCompare(String(other))
}

const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const

export function DataTable<Row extends object>({ label, columns, rows, rowId, onOpen, empty, footer }: Props<Row>) {
  const defined = useMemo(() => definitions(columns), [columns])
  const data = useMemo(() => [...rows], [rows])
  const table = useTable({ features, columns: defined, data, getRowId: rowId })
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns])
  if (rows.length === 0) return empty
  return (
    <div className={classes.frame}>
      <table className={classes.table} role="table" aria-label={label}>
        <thead role="rowgroup">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} role="row">
              {group.headers.map((header) => {
                const column = byId.get(header.column.id)
                const sorted = header.column.getIsSorted()
                return (
                  <th
                    key={header.id}
                    role="columnheader"
                    scope="col"
                    data-align={column?.align}
                    aria-sort={sorted ? ARIA_SORT[sorted] : undefined}
                  >
                    {header.column.getCanSort() ? (
                      <button type="button" className={classes.sort} onClick={() => header.column.toggleSorting()}>
                        {column?.label}
                        {sorted === 'asc' && <ArrowUpIcon size={13} />}
                        {sorted === 'desc' && <ArrowDownIcon size={13} />}
                        {!sorted && (
                          <span className={classes.idle}>
                            <SortIcon size={13} />
                          </span>
                        )}
                      </button>
                    ) : (
                      column?.label
                    )}
                  </th>
                )
              })}
            </tr>
          ))}
        </thead>
        <Rows columns={columns} rows={table.getRowModel().rows} onOpen={onOpen} />
      </table>
      {footer && <div className={classes.footer}>{footer}</div>}
    </div>
  )
}

interface RowsProps<Row> {
  columns: readonly DataColumn<Row>[]
  rows: readonly { id: string; original: Row }[]
  onOpen?: (row: Row) => void
}

/** One row is reached by Tab; the arrows go to the others. */
function Rows<Row>({ columns, rows, onOpen }: RowsProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null)
  const [reached, setReached] = useState('')
  const tabbed = rows.some((row) => row.id === reached) ? reached : rows[0]?.id
  const move = (event: KeyboardEvent<HTMLTableRowElement>, row: Row, at: number) => {
    if (event.target !== event.currentTarget) return
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }
    const to = steps[event.key]
    if (event.key === 'Enter') onOpen?.(row)
    else if (to === undefined) return
    else (body.current?.children[to] as HTMLElement | undefined)?.focus()
    event.preventDefault()
  }
  const open = (event: MouseEvent<HTMLTableRowElement>, row: Row) => {
    const inner = (event.target as HTMLElement).closest('a, button, input, label')
    if (!inner && !globalThis.getSelection()?.toString()) onOpen?.(row)
  }
  return (
    <tbody role="rowgroup" ref={body}>
      {rows.map((row, at) => (
        <tr
          key={row.id}
          role="row"
          tabIndex={onOpen ? (row.id === tabbed ? 0 : -1) : undefined}
          data-opens={onOpen ? true : undefined}
          onFocus={() => setReached(row.id)}
          onKeyDown={onOpen && ((event) => move(event, row.original, at))}
          onClick={onOpen && ((event) => open(event, row.original))}
        >
          {columns.map((column) => (
            <td key={column.id} role="cell" data-label={column.label} data-align={column.align} data-phone={column.phone}>
              {column.cell(row.original)}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}
