/** Integers and fractions of MariaDB. */
import fc from 'fast-check';
import type { ColumnTypeCase } from './columnTypes';

export const INTEGERS: readonly ColumnTypeCase[] = [
  {
    type: 'int',
    stored: [
      ['-5', -5],
      ['2147483647', 2147483647],
    ],
    accepted: [[' 42 ', 42]],
    refused: ['1.5', 2147483648, true],
    compared: 'as numbers',
  },
  {
    type: 'tinyint(1)',
    stored: [
      ['-2', -2],
      ['0', 0],
      ['1', 1],
      ['2', 2],
      ['127', 127],
    ],
    accepted: [
      [true, 1],
      [false, 0],
      ['yes', 1],
      ['F', 0],
      ['-3', -3],
    ],
    refused: [128, 'maybe', 1.5],
    compared: 'as numbers',
    generated: fc.oneof(fc.boolean(), fc.integer({ min: -128, max: 127 })),
  },
  {
    type: 'tinyint(1) unsigned',
    stored: [
      ['0', 0],
      ['255', 255],
    ],
    accepted: [['true', 1]],
    refused: [-1, 256],
    compared: 'as numbers',
  },
  {
    type: 'bigint unsigned',
    stored: [
      ['18446744073709551615', '18446744073709551615'],
      ['9007199254740993', '9007199254740993'],
      ['9007199254740991', 9007199254740991],
    ],
    accepted: [['+7', 7]],
    refused: ['18446744073709551616', -1, 9007199254740992],
    compared: 'as numbers',
  },
  {
    type: 'bigint(20) unsigned zerofill',
    stored: [
      ['42', 42],
      ['9007199254740993', '9007199254740993'],
    ],
    accepted: [['0007', 7]],
    compared: 'as numbers',
  },
  {
    type: 'mediumint(5) zerofill',
    stored: [['42', 42]],
    accepted: [['00007', 7]],
    refused: [-1, 16777216],
    compared: 'as numbers',
  },
  {
    type: 'year',
    stored: [
      ['0', 0],
      ['1901', 1901],
      ['2155', 2155],
    ],
    accepted: [['2024', 2024]],
    refused: [24, 1900, 2156],
    compared: 'as numbers',
  },
  {
    type: 'bit(1)',
    stored: [
      [`b'0'`, false],
      [`b'1'`, true],
    ],
    accepted: [['yes', true]],
    refused: [2],
    compared: 'as bits',
  },
  {
    type: 'bit(64)',
    stored: [
      [`b'101'`, 5],
      [`x'ffffffffffffffff'`, '18446744073709551615'],
      ['0', 0],
    ],
    accepted: [['12', 12]],
    refused: [-1, '18446744073709551616'],
    compared: 'as numbers',
  },
];

export const FRACTIONS: readonly ColumnTypeCase[] = [
  {
    type: 'decimal(65,30)',
    stored: [
      [
        '12345678901234567890123456789012345.123456789012345678901234567891',
        '12345678901234567890123456789012345.123456789012345678901234567891',
      ],
      ['-0.000000000000000000000000000001', '-0.000000000000000000000000000001'],
      ['0', '0.000000000000000000000000000000'],
    ],
    accepted: [
      ['1e-30', '0.000000000000000000000000000001'],
      [1.5, '1.500000000000000000000000000000'],
    ],
    refused: ['1e-31', '1e35', 1234567890123456.78, 0.12345678901234567],
    compared: 'as numbers',
  },
  {
    type: 'decimal(10,2) unsigned zerofill',
    stored: [
      ['7.5', '7.50'],
      ['0', '0.00'],
    ],
    accepted: [['00012.3', '12.30']],
    refused: ['-0.01', '1.005'],
    compared: 'as numbers',
  },
  {
    type: 'float',
    stored: [
      ['0.1', 0.1],
      ['3.4028234e38', 3.4028235e38],
      ['-1.17549435e-38', -1.1754944e-38],
      ['16777216', 16777216],
    ],
    accepted: [['1.50', 1.5]],
    refused: [16777217, 1e39],
    compared: 'as numbers',
    generated: fc.float({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  },
  {
    type: 'double',
    stored: [
      ['0.1', 0.1],
      ['1.7976931348623157e308', 1.7976931348623157e308],
      ['-5e-324', -5e-324],
      ['123456789.12345679', 123456789.12345679],
    ],
    accepted: [['1.50', 1.5]],
    refused: ['1e309', 'NaN', 'Infinity'],
    compared: 'as numbers',
    generated: fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  },
  {
    type: 'double(8,3) unsigned',
    stored: [['12345.678', 12345.678]],
    refused: [-1, 1.2345],
    compared: 'as numbers',
  },
];
